#include "core/api/chat/prompt_chat.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "core/api/chat/chat_call.hpp"
#include "core/api/chat/stop_answer.hpp"
#include "core/api/storage_reply.hpp"
#include "core/api/turns/turn.hpp"
#include "core/dialects/prompt_chat/body.hpp"
#include "core/dialects/prompt_chat/encoder.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::prompt_chat;
using conversations::Opened;

constexpr const char* kDialectName = "prompt";

std::string temperature_field(double temperature) {
  std::string out = ",\"temperature\":";
  json::Writer(out).value(temperature);
  return out;
}

std::string written_history(Opened opened, const ChatRules& rules) {
  conversations::keep_turns(opened.path, rules.history_turns);
  return conversations::write_messages(opened.path, rules.system_prompt);
}

// What errors call the provider: as the client wrote it, if that looks like a name, else as it is
// configured.
std::string shown_name(const routing::RouteTable& routes,
                       const std::optional<std::string>& asked,
                       const routing::Route& route) {
  if (!asked) return route.targets.front().provider;
  const bool has_capitals = std::any_of(
      asked->begin(), asked->end(), [](unsigned char c) { return std::isupper(c) != 0; });
  return has_capitals ? *asked : routes.configured_name(*asked);
}

}  // namespace

void prompt_chat(server::Exchange& exchange, const Context& context) {
  const server::Request& client = exchange.request();
  auto read = dialect::read_body(json::Padded(client.body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  const auto& body = std::get<dialect::PromptBody>(read);
  if (body.llm && body.llm->empty()) {
    return reply_error_text(exchange, context, dialect::invalid_provider());
  }
  auto resolved = resolve_chat(context.snapshot->routes, body.llm.value_or(""), {});
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    const bool unknown = failure->code == "provider_not_found";
    return reply_error_text(exchange, context, unknown ? dialect::invalid_provider() : *failure);
  }
  auto session = dialect::read_session(client.headers.find("session-id"));
  if (const auto* failure = std::get_if<chat::Failure>(&session)) {
    return reply_error_text(exchange, context, *failure);
  }
  const routing::Route& route = std::get<routing::Route>(resolved);
  const ChatRules rules = context.snapshot->chat;
  TurnPlan plan;
  plan.opening.dialect = kDialectName;
  plan.opening.external_key = std::get<std::string>(session);
  plan.opening.text.content = body.prompt;
  plan.opening.reply_provider = route.targets.front().provider;
  plan.opening.reply_model = route.targets.front().upstream_model;
  plan.route = [route](const Opened&) { return route; };
  plan.request = [rules,
                  words = ClientRequest(client, context),
                  fields = temperature_field(body.temperature.value_or(rules.temperature))](
                     const Opened& opened, const routing::Route& to) {
    return chat_call(
        words, to.targets.front().upstream_model, written_history(opened, rules), fields);
  };
  plan.make_encoder = [name =
                           shown_name(context.snapshot->routes, body.llm, route)](const Opened&) {
    return std::make_unique<dialect::Encoder>(dialect::Encoder::Options{.provider = name});
  };
  plan.protocol = "prompt";
  plan.refuse = reply_error_text;
  plan.failures_in_stream = true;
  plan.forget_unsaid = true;
  answer_by_turn(exchange, context, std::move(plan));
}

void clear_context(server::Exchange& exchange, const Context& context) {
  auto session = dialect::read_session(exchange.request().headers.find("session-id"));
  if (const auto* failure = std::get_if<chat::Failure>(&session)) {
    return reply_error_text(exchange, context, *failure);
  }
  struct Cleared {
    bool there = false;
    std::string running;
  };
  answer_after_write<Cleared>(
      exchange,
      context,
      [owner = context.principal.owner,
       key = std::get<std::string>(session)](storage::Repository& repository) -> Result<Cleared> {
        auto found = repository.conversation_by_key(owner, kDialectName, key);
        if (!found) {
          if (found.error().code == ErrorCode::kNotFound) return Cleared{};
          return found.error();
        }
        auto running = delete_with_answer(repository, owner, found->id);
        return running ? Result<Cleared>(Cleared{true, *running}) : running.error();
      },
      [context](const Cleared& cleared) {
        stop_deleted(context, cleared.running);
        return JsonReply{.body = cleared.there ? R"({"message":"Context cleared"})"
                                               : R"({"message":"No context to clear"})"};
      });
}

}  // namespace patchbay::api
