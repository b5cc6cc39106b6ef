#include "core/api/v1/chat_completions.hpp"

#include <utility>

#include "core/api/call_responder.hpp"
#include "core/api/chat/chat_call.hpp"
#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/dialects/openai_chat/stream_encoder.hpp"
#include "core/dialects/openai_chat/whole_encoder.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::openai_chat;

// `shown` is what the answer calls the model.
std::unique_ptr<chat::Encoder> make_encoder(const dialect::ChatRequest& request,
                                            const std::string& shown,
                                            bool alias) {
  if (request.stream) {
    return std::make_unique<dialect::StreamEncoder>(dialect::StreamEncoder::Options{
        .model = shown, .keep_model = alias, .include_usage = request.include_usage});
  }
  return std::make_unique<dialect::WholeEncoder>(
      dialect::WholeEncoder::Options{.model = shown, .keep_model = alias});
}

}  // namespace

void chat_completions(server::Exchange& exchange, const Context& context) {
  server::Request& request = exchange.request();
  auto read = dialect::read_request(json::Padded(request.body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_failure(exchange, context, *failure);
  }
  auto& asked = std::get<dialect::ChatRequest>(read);
  auto resolved = context.snapshot->routes.resolve(asked.model);
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_failure(exchange, context, *failure);
  }
  CallPlan plan;
  plan.route = std::move(std::get<routing::Route>(resolved));
  plan.request.mode = PBAY_MODE_CHAT;
  plan.request.dialect = dialect::kDialect;
  plan.request.stream = asked.stream;
  plan.request.padded_body = std::move(request.padded_body);
  plan.request.model_value = asked.model_value;
  name_client(plan.request, ClientRequest(request, context));

  const bool alias = plan.route.alias;
  const std::string shown = alias ? asked.model : plan.route.targets.front().upstream_model;
  plan.make_encoder = [asked = std::move(asked), shown, alias] {
    return make_encoder(asked, shown, alias);
  };
  answer_by_call(exchange, context, std::move(plan));
}

}  // namespace patchbay::api
