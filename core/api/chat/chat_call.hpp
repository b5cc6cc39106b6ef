// What the chat routes ask a provider, whatever their bodies are like: an openai.chat/1 request
// that is streamed back as events.

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/api/reply.hpp"
#include "core/relay/call_request.hpp"
#include "core/routing/route_table.hpp"

namespace patchbay::api {

// Who answers: the provider that the client names; else, whoever the model's name leads to; else
// whoever answers for every name, with its own default. Most of these clients have no place for a
// model, so where none is configured the failure (`no_default_model`) says where to name one.
std::variant<routing::Route, chat::Failure> resolve_chat(const routing::RouteTable& routes,
                                                         std::string_view provider,
                                                         std::string_view model,
                                                         pbay_mode mode = PBAY_MODE_CHAT);

// Of a client's request what its call goes on to need once the exchange is somebody else's.
struct ClientRequest {
  std::string method;
  std::string path;
  http::HeaderList headers;
  std::string request_id;

  ClientRequest(const server::Request& request, const Context& context);
};

// Says in a call who asks, and how.
void name_client(relay::CallRequest& request, ClientRequest client);

// What every call of a chat route has in common: it is answered in events, tells its usage, and
// comes from this client.
void take_client(relay::CallRequest& request, const ClientRequest& client);

// `messages` is the array; `fields` are further members, each with a comma before it.
relay::CallRequest chat_call(const ClientRequest& client,
                             std::string_view model,
                             std::string_view messages,
                             std::string_view fields);

}  // namespace patchbay::api
