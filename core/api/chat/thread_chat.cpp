#include "core/api/chat/thread_chat.hpp"

#include <memory>
#include <utility>

#include "core/api/chat/chat_call.hpp"
#include "core/api/turns/turn.hpp"
#include "core/dialects/thread_chat/body.hpp"
#include "core/dialects/thread_chat/encoder.hpp"

namespace patchbay::api {

namespace dialect = dialects::thread_chat;
using conversations::Opened;
using conversations::Opening;

void thread_chat(server::Exchange& exchange, const Context& context) {
  const server::Request& client = exchange.request();
  auto read = dialect::read_body(json::Padded(client.body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  const auto& body = std::get<dialect::ThreadBody>(read);
  auto resolved = resolve_chat(context.snapshot->routes, {}, {});
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_error_text(exchange, context, *failure);
  }
  const routing::Route& route = std::get<routing::Route>(resolved);
  TurnPlan plan;
  plan.opening.dialect = "thread";
  if (!body.previous_response_id.empty()) {
    plan.opening.kind = Opening::Kind::kBranch;
    plan.opening.after = body.previous_response_id;
    plan.opening.create = false;
  }
  plan.opening.text.content = body.message;
  plan.opening.reply_provider = route.targets.front().provider;
  plan.opening.reply_model = route.targets.front().upstream_model;
  plan.route = [route](const Opened&) { return route; };
  plan.request = [words = ClientRequest(client, context)](const Opened& opened,
                                                          const routing::Route& to) {
    const std::string messages = conversations::write_messages(opened.path, {});
    return chat_call(words, to.targets.front().upstream_model, messages, {});
  };
  plan.make_encoder = [](const Opened& opened) {
    return std::make_unique<dialect::Encoder>(
        dialect::Encoder::Options{.response_id = opened.reply_version});
  };
  plan.protocol = "thread";
  plan.refuse = reply_error_text;
  plan.failures_in_stream = true;
  answer_by_turn(exchange, context, std::move(plan));
}

}  // namespace patchbay::api
