// GET /conversations/{id}/stream, which an EventSource can ask.

#include <memory>
#include <utility>

#include "core/api/chat/chat_call.hpp"
#include "core/api/chat/chat_resume.hpp"
#include "core/api/conversations/messages.hpp"
#include "core/api/storage_reply.hpp"
#include "core/api/turns/turn.hpp"
#include "core/dialects/conversation_api/encoder.hpp"
#include "core/http/target.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::conversation_api;
using conversations::Opened;
using conversations::Opening;

std::variant<std::string, chat::Failure> asked_model(const server::Request& request) {
  const auto target = http::parse_target(request.target);
  if (!target) return std::string();
  const auto query = http::parse_query(target->query);
  if (!query) return chat::bad_request(query.error().message, {}, "invalid_url");
  return std::string(http::find_parameter(*query, "model").value_or(""));
}

// Whether it is an EventSource that asks, and not a page that takes the stream apart by itself:
// those look for events that begin with "data:" and for nothing else. Some of them name the type of
// the stream as well, but only an EventSource always asks past all caches, as its standard says.
bool is_event_source(const http::HeaderList& headers) {
  return headers.find("accept") == "text/event-stream" &&
         headers.find("cache-control") == "no-cache";
}

// The query's model, else the one that the message was meant for, else the conversation's.
std::string model_of(const std::string& asked, const Opened& opened) {
  if (!asked.empty()) return asked;
  const std::string& meant = opened.path.back().version.model;
  return meant.empty() ? opened.conversation.default_model : meant;
}

// HEAD, which asks for no answer of a model: only whether there is one to be had.
void tell_of_stream(server::Exchange& exchange, const Context& context) {
  answer_after_read<storage::Conversation>(
      exchange,
      context,
      [owner = context.principal.owner,
       id = context.segments[0]](storage::Repository& repository) -> Result<storage::Conversation> {
        auto found = repository.conversation(owner, id);
        if (found && found->message_count == 0) {
          return make_error(ErrorCode::kInvalid, "There is no message of the user to answer");
        }
        return found;
      },
      [](const storage::Conversation&) {
        JsonReply reply;
        reply.headers.add("content-type", "text/event-stream");
        return reply;
      });
}

}  // namespace

void stream_answer(server::Exchange& exchange, const Context& context) {
  const server::Request& client = exchange.request();
  if (client.method == "HEAD") return tell_of_stream(exchange, context);
  // An EventSource that was cut off asks again by itself, and must not be charged twice.
  if (client.headers.find("last-event-id")) {
    return read_answer_on(exchange, context, {.id = context.segments[0]});
  }
  auto read = asked_model(client);
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  TurnPlan plan;
  plan.opening.kind = Opening::Kind::kAnswer;
  plan.opening.dialect = "conversation";
  plan.opening.conversation_id = context.segments[0];
  plan.opening.create = false;
  plan.route = [asked = std::get<std::string>(read),
                snapshot = context.snapshot](const Opened& opened) {
    return resolve_chat(snapshot->routes, {}, model_of(asked, opened));
  };
  plan.request = [words = ClientRequest(client, context)](const Opened& opened,
                                                          const routing::Route& to) {
    const std::string messages = conversations::write_messages(opened.path, {});
    return chat_call(words, to.targets.front().upstream_model, messages, {});
  };
  plan.make_encoder = [](const Opened&) {
    return std::make_unique<dialect::Encoder>(dialect::Encoder::Options{});
  };
  plan.protocol = "conversation";
  plan.numbered = is_event_source(client.headers);
  plan.refuse = reply_error_text;
  plan.failures_in_stream = true;
  answer_by_turn(exchange, context, std::move(plan));
}

}  // namespace patchbay::api
