#include "core/api/chat/chat_stream.hpp"

#include <utility>

#include "core/dialects/data_stream/encoder.hpp"
#include "core/dialects/json_lines/encoder.hpp"
#include "core/dialects/openai_chat/stream_encoder.hpp"
#include "core/dialects/ui_message_stream/encoder.hpp"
#include "core/http/target.hpp"

namespace patchbay::api {

namespace data_stream = dialects::data_stream;
namespace ui_message_stream = dialects::ui_message_stream;

std::variant<StreamChoice, chat::Failure> choose_chat_stream(const server::Request& request,
                                                             const Context& context,
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
       .setting = context.snapshot->chat.ui_stream});
}

std::unique_ptr<chat::Encoder> make_chat_encoder(StreamChoice stream, const ShownAnswer& shown) {
  switch (stream.protocol) {
    case StreamProtocol::kUiMessageStream:
      return std::make_unique<ui_message_stream::Encoder>(ui_message_stream::Encoder::Options{
          .message_id = shown.message_id, .conversation_id = shown.new_conversation});
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
  return std::make_unique<data_stream::Encoder>(
      data_stream::Encoder::Options{.message_id = shown.message_id,
                                    .conversation_id = shown.new_conversation,
                                    .image_mode = shown.image,
                                    .as_plain = stream.as_plain});
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

std::string name_of(StreamProtocol protocol) {
  switch (protocol) {
    case StreamProtocol::kUiMessageStream:
      return "ui-message-stream";
    case StreamProtocol::kJsonLines:
      return "json-lines";
    case StreamProtocol::kChatChunks:
      return "chat-chunks";
    case StreamProtocol::kDataStream:
      break;
  }
  return "data-stream";
}

}  // namespace patchbay::api
