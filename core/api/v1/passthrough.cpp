#include "core/api/v1/passthrough.hpp"

#include <utility>

#include "core/api/call_responder.hpp"
#include "core/api/chat/chat_call.hpp"
#include "core/dialects/openai_operation/operation_encoder.hpp"
#include "core/http/target.hpp"

namespace patchbay::api {
namespace {

// What follows the first `count` segments of a target as it was sent, slash and query included:
// "/b?c" of "/x/a/b?c" after two. "" where nothing does.
std::string_view behind(std::string_view target, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t i = 0; i <= count; ++i) {
    if (i > 0) ++at;
    at = target.find('/', at);
    if (at == target.npos) return {};
  }
  return target.substr(at);
}

// The path with its query as the client sent it, whichever form the request's target has.
std::string_view asked_path(const server::Request& request) {
  const auto target = http::parse_target(request.target);  // good, or no handler was found for it
  const std::string_view all = request.target;
  return target ? all.substr(static_cast<std::size_t>(target->path.data() - all.data())) : all;
}

void pass(server::Exchange& exchange,
          const Context& context,
          std::string provider,
          std::string_view path) {
  server::Request& request = exchange.request();
  CallPlan plan;
  plan.request.mode = PBAY_MODE_RAW;
  plan.request.dialect = "raw/1";
  name_client(plan.request, ClientRequest(request, context));
  plan.request.path = path;
  plan.request.padded_body = std::move(request.padded_body);
  if (plan.request.padded_body.empty()) {
    plan.request.padded_body.assign(json::Padded::kBytes, '\0');
  }
  plan.route.rule = routing::kAnyModel;
  plan.route.targets.push_back({std::move(provider), ""});
  plan.make_encoder = [] {
    using dialects::openai_operation::OperationEncoder;
    return std::make_unique<OperationEncoder>(OperationEncoder::Options{});
  };
  answer_by_call(exchange, context, std::move(plan));
}

}  // namespace

void provider_passthrough(server::Exchange& exchange, const Context& context) {
  const std::string& name = context.segments.front();
  const auto found = context.snapshot->providers.find(name);
  if (found == context.snapshot->providers.end() || !found->second.passthrough) {
    chat::Failure failure;
    failure.category = PBAY_ERR_NOT_FOUND;
    failure.message = "The provider `" + name + "` is not open to other paths: it would need " +
                      "`passthrough: true` in the configuration";
    return reply_failure(exchange, context, failure);
  }
  const std::string path(behind(asked_path(exchange.request()), 2));
  if (path.empty()) {
    return reply_failure(
        exchange, context, chat::bad_request("A path of the provider's API is missing"));
  }
  pass(exchange, context, name, path);
}

void stored_response(server::Exchange& exchange, const Context& context) {
  auto resolved = context.snapshot->routes.resolve("");
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_failure(exchange, context, *failure);
  }
  const std::string_view target = asked_path(exchange.request());
  const std::string path(target.starts_with("/v1/") ? behind(target, 1) : target);
  pass(exchange, context, std::get<routing::Route>(resolved).targets.front().provider, path);
}

}  // namespace patchbay::api
