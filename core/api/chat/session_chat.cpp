#include "core/api/chat/session_chat.hpp"

#include <memory>
#include <utility>

#include "core/api/chat/chat_call.hpp"
#include "core/api/chat/stop_answer.hpp"
#include "core/api/turns/turn.hpp"
#include "core/dialects/json_lines/encoder.hpp"
#include "core/dialects/session_chat/body.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::session_chat;
using conversations::Opened;
using dialect::SessionBody;
using Kind = conversations::Opening::Kind;
using Read = std::variant<SessionBody, chat::Failure>;

constexpr const char* kDialectName = "session";
constexpr std::size_t kTokenBytesMax = 256;

// What is wrong with the length of a message, if anything is.
std::optional<chat::Failure> too_long(const std::string& message,
                                      std::int64_t limit,
                                      tokens::Encoding encoding) {
  // No token of any vocabulary is that long: there is no need to count.
  const bool beyond = message.size() / kTokenBytesMax > static_cast<std::size_t>(limit);
  const tokens::Count count =
      beyond ? tokens::Count{.tokens = static_cast<std::int64_t>(message.size() / 4),
                             .estimated = true}
             : tokens::count(encoding, message);
  if (count.tokens <= limit) return std::nullopt;
  return chat::bad_request("The message is too long: it has " +
                               std::string(count.estimated ? "about " : "") +
                               std::to_string(count.tokens) + " tokens, and the limit is " +
                               std::to_string(limit) + ". Edit it and send it again.",
                           "message",
                           "message_too_long");
}

void run(server::Exchange& exchange, const Context& context, Kind kind, Read read) {
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  auto& body = std::get<SessionBody>(read);
  auto resolved = resolve_chat(context.snapshot->routes, {}, {});
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_error_text(exchange, context, *failure);
  }
  const routing::Route& route = std::get<routing::Route>(resolved);
  const std::string& model = route.targets.front().upstream_model;
  const ChatRules& rules = context.snapshot->chat;
  const tokens::Encoding encoding = tokens::encoding_of(model);
  TurnPlan plan;
  plan.opening.kind = kind;
  plan.opening.dialect = kDialectName;
  plan.opening.external_key = body.session_id;
  plan.opening.create = kind == Kind::kSend;
  plan.opening.text.content = body.message;
  plan.opening.reply_provider = route.targets.front().provider;
  plan.opening.reply_model = model;
  if (kind != Kind::kRetry) {
    plan.examine = [message = body.message, limit = rules.max_user_message_tokens, encoding] {
      return too_long(message, limit, encoding);
    };
  }
  plan.prepare = [limit = rules.max_user_message_tokens,
                  history = rules.max_history_tokens,
                  encoding](Opened& opened) {
    // Of a retry it is not known before whether its message was too long when it was sent.
    auto failure = too_long(opened.path.back().version.content, limit, encoding);
    if (!failure) conversations::keep_tokens(opened.path, history, encoding);
    return failure;
  };
  plan.route = [route](const Opened&) { return route; };
  plan.request = [words = ClientRequest(exchange.request(), context),
                  fields = ",\"max_tokens\":" + std::to_string(rules.max_response_tokens)](
                     const Opened& opened, const routing::Route& to) {
    const std::string messages = conversations::write_messages(opened.path, {});
    return chat_call(words, to.targets.front().upstream_model, messages, fields);
  };
  plan.make_encoder = [](const Opened& opened) {
    return std::make_unique<dialects::json_lines::Encoder>(
        dialects::json_lines::Encoder::Options{.message_id = opened.reply_id});
  };
  plan.protocol = "json-lines";
  plan.lines = true;
  plan.refuse = reply_error_text;
  plan.failures_in_stream = true;
  plan.refusals_in_stream = true;
  answer_by_turn(exchange, context, std::move(plan));
}

}  // namespace

void session_send(server::Exchange& exchange, const Context& context) {
  run(exchange, context, Kind::kSend, dialect::read_chat(json::Padded(exchange.request().body())));
}

void session_edit(server::Exchange& exchange, const Context& context) {
  run(exchange, context, Kind::kEdit, dialect::read_edit(json::Padded(exchange.request().body())));
}

void session_retry(server::Exchange& exchange, const Context& context) {
  run(exchange,
      context,
      Kind::kRetry,
      dialect::read_retry(json::Padded(exchange.request().body())));
}

void session_stop(server::Exchange& exchange, const Context& context) {
  stop_answer(exchange, context, {.dialect = kDialectName, .external_key = context.segments[0]});
}

}  // namespace patchbay::api
