#include "core/api/chat.hpp"

#include <memory>
#include <utility>

#include "core/api/call_responder.hpp"
#include "core/base/uuid.hpp"
#include "core/dialects/chat_route/body.hpp"
#include "core/dialects/chat_route/stream_protocol.hpp"
#include "core/dialects/data_stream/encoder.hpp"
#include "core/dialects/json_lines/encoder.hpp"
#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/dialects/openai_chat/stream_encoder.hpp"
#include "core/dialects/openai_images/encoder.hpp"
#include "core/dialects/ui_message_stream/encoder.hpp"
#include "core/http/target.hpp"

namespace patchbay::api {
namespace {

namespace data_stream = dialects::data_stream;
namespace ui_message_stream = dialects::ui_message_stream;
using dialects::chat_route::ChatBody;
using dialects::chat_route::StreamChoice;
using dialects::chat_route::StreamProtocol;

std::variant<StreamChoice, chat::Failure> stream_of(const server::Request& request,
                                                    std::string_view setting,
                                                    bool ui_client) {
  std::vector<http::QueryParameter> query;
  if (const auto target = http::parse_target(request.target)) {
    auto read = http::parse_query(target->query);
    if (!read) return chat::bad_request(read.error().message, {}, "invalid_url");
    query = std::move(*read);
  }
  return dialects::chat_route::choose_stream(
      {.query = http::find_parameter(query, "stream_protocol"),
       .accept = request.headers.find("accept"),
       .data_header = request.headers.find(data_stream::kHeader).has_value(),
       .ui_header = request.headers.find(ui_message_stream::kHeader).has_value(),
       .ui_client = ui_client,
       .setting = setting});
}

std::variant<routing::Route, chat::Failure> route_of(const ChatBody& body,
                                                     const routing::RouteTable& routes) {
  const pbay_mode mode = body.image ? PBAY_MODE_IMAGE : PBAY_MODE_CHAT;
  if (!body.provider.empty()) return routes.resolve_at(body.provider, body.model, mode);
  auto route = routes.resolve(body.model, mode);
  if (std::holds_alternative<routing::Route>(route) || !body.model.empty()) return route;
  // Nobody is named anywhere: then who answers for every name does, with its own default.
  const std::string any = routes.any_provider();
  if (any.empty()) return route;
  auto at_any = routes.resolve_at(any, {}, mode);
  return std::holds_alternative<routing::Route>(at_any) ? at_any : route;
}

struct Shown {
  std::string message_id;
  std::string model;
  bool alias = false;
  bool include_usage = false;
  bool image = false;
};

std::unique_ptr<chat::Encoder> make_encoder(StreamChoice stream, const Shown& shown) {
  switch (stream.protocol) {
    case StreamProtocol::kUiMessageStream:
      return std::make_unique<ui_message_stream::Encoder>(
          ui_message_stream::Encoder::Options{.message_id = shown.message_id});
    case StreamProtocol::kJsonLines:
      return std::make_unique<dialects::json_lines::Encoder>(
          dialects::json_lines::Encoder::Options{.message_id = shown.message_id});
    case StreamProtocol::kChatChunks:
      return std::make_unique<dialects::openai_chat::StreamEncoder>(
          dialects::openai_chat::StreamEncoder::Options{.model = shown.model,
                                                        .keep_model = shown.alias,
                                                        .include_usage = shown.include_usage});
    case StreamProtocol::kDataStream:
      break;
  }
  return std::make_unique<data_stream::Encoder>(data_stream::Encoder::Options{
      .message_id = shown.message_id, .image_mode = shown.image, .as_plain = stream.as_plain});
}

http::HeaderList headers_of(StreamProtocol protocol) {
  http::HeaderList headers;
  if (protocol == StreamProtocol::kDataStream) {
    headers.add(data_stream::kHeader, data_stream::kHeaderValue);
  } else if (protocol == StreamProtocol::kUiMessageStream) {
    headers.add(ui_message_stream::kHeader, ui_message_stream::kHeaderValue);
  }
  return headers;
}

relay::CallRequest request_of(const ChatBody& body,
                              std::string_view model,
                              const server::Request& client,
                              const Context& context) {
  relay::CallRequest request;
  request.mode = body.image ? PBAY_MODE_IMAGE : PBAY_MODE_CHAT;
  request.dialect =
      body.image ? dialects::openai_images::kGenerations : dialects::openai_chat::kDialect;
  request.stream = !body.image;
  request.same_dialect = false;
  request.want_usage = true;
  auto written = dialects::chat_route::write_provider_body(body, model);
  request.padded_body = std::move(written.padded);
  request.model_value = written.model_value;
  request.method = client.method;
  request.path = client.target;
  request.headers = client.headers;
  request.request_id = context.request_id;
  request.deadline = deadline_of(client.headers);
  return request;
}

}  // namespace

void chat_or_image(server::Exchange& exchange, const Context& context) {
  const server::Request& client = exchange.request();
  auto read = dialects::chat_route::read_body(json::Padded(client.body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  const auto& body = std::get<ChatBody>(read);
  auto chosen = stream_of(client, context.snapshot->chat.ui_stream, body.ui_client);
  if (const auto* failure = std::get_if<chat::Failure>(&chosen)) {
    return reply_error_text(exchange, context, *failure);
  }
  auto resolved = route_of(body, context.snapshot->routes);
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_error_text(exchange, context, *failure);
  }
  const StreamChoice stream = std::get<StreamChoice>(chosen);
  CallPlan plan;
  plan.route = std::move(std::get<routing::Route>(resolved));
  const std::string& upstream_model = plan.route.targets.front().upstream_model;
  Shown shown{.message_id = make_uuid(),
              .model = plan.route.alias && !body.model.empty() ? body.model : upstream_model,
              .alias = plan.route.alias && !body.model.empty(),
              .include_usage = body.include_usage,
              .image = body.image};
  plan.request = request_of(body, shown.model, client, context);
  exchange.request().padded_body = {};  // an answer lasts long, and its request is elsewhere now
  plan.headers = headers_of(stream.protocol);
  plan.refuse = reply_error_text;
  plan.make_encoder = [stream, shown = std::move(shown)] { return make_encoder(stream, shown); };
  answer_by_call(exchange, context, std::move(plan));
}

}  // namespace patchbay::api
