#include "core/api/chat/chat_call.hpp"

#include <utility>

#include "core/api/call_responder.hpp"
#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {

namespace {

using Resolved = std::variant<routing::Route, chat::Failure>;

Resolved resolve_at_any(const routing::RouteTable& routes, std::string_view model, pbay_mode mode) {
  auto route = routes.resolve(model, mode);
  if (std::holds_alternative<routing::Route>(route) || !model.empty()) return route;
  const std::string any = routes.any_provider();
  if (any.empty()) return route;
  auto at_any = routes.resolve_at(any, {}, mode);
  return std::holds_alternative<routing::Route>(at_any) ? at_any : route;
}

}  // namespace

std::variant<routing::Route, chat::Failure> resolve_chat(const routing::RouteTable& routes,
                                                         std::string_view provider,
                                                         std::string_view model,
                                                         pbay_mode mode) {
  Resolved resolved = provider.empty() ? resolve_at_any(routes, model, mode)
                                       : routes.resolve_at(provider, model, mode);
  auto* failure = std::get_if<chat::Failure>(&resolved);
  if (failure != nullptr && failure->category == PBAY_ERR_BAD_REQUEST && failure->code.empty()) {
    *failure = chat::bad_request(
        "No model is configured to answer: `defaults.model` names one, or `default_model` at a "
        "provider",
        "model",
        "no_default_model");
  }
  return resolved;
}

ClientRequest::ClientRequest(const server::Request& request, const Context& context)
    : method(request.method),
      path(request.target),
      headers(request.headers),
      request_id(context.request_id) {}

void name_client(relay::CallRequest& request, ClientRequest client) {
  request.method = std::move(client.method);
  request.path = std::move(client.path);
  request.deadline = deadline_of(client.headers);
  request.headers = std::move(client.headers);
  request.request_id = std::move(client.request_id);
}

void take_client(relay::CallRequest& request, const ClientRequest& client) {
  request.same_dialect = false;
  request.want_usage = true;
  name_client(request, client);
}

relay::CallRequest chat_call(const ClientRequest& client,
                             std::string_view model,
                             std::string_view messages,
                             std::string_view fields) {
  relay::CallRequest request;
  request.mode = PBAY_MODE_CHAT;
  request.dialect = dialects::openai_chat::kDialect;
  request.stream = true;
  std::string& body = request.padded_body;
  body.reserve(messages.size() + fields.size() + 128);
  body += "{\"model\":";
  request.model_value.begin = body.size();
  json::append_string(body, model);
  request.model_value.end = body.size();
  body += ",\"messages\":";
  body += messages;
  body += ",\"stream\":true";
  body += fields;
  body += '}';
  body.append(json::Padded::kBytes, '\0');
  take_client(request, client);
  return request;
}

}  // namespace patchbay::api
