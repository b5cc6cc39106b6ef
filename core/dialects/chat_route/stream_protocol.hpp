// How the answer to POST /chat is streamed, and how a client says which way it wants.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/chat/failure.hpp"

namespace patchbay::dialects::chat_route {

enum class StreamProtocol { kDataStream, kUiMessageStream, kChatChunks, kJsonLines };

struct StreamChoice {
  StreamProtocol protocol = StreamProtocol::kDataStream;
  bool as_plain = false;  // the data stream as text/plain
};

// What a client may say, the strongest first. Each is empty or absent where it said nothing.
struct StreamWish {
  std::optional<std::string_view> query = {};   // stream_protocol of the URL
  std::optional<std::string_view> accept = {};  // the header
  // The request has the header that answers in one of the AI SDK's streams are known by.
  bool data_header = false;
  bool ui_header = false;
  bool ui_client = false;  // the body is one that only UI message stream clients send
  // Of the configuration, for clients that said nothing above: "data-stream", "ui-message-stream",
  // or "auto", which goes by `ui_client`.
  std::string_view setting = "auto";
};

// The query decides; without it a media type in `accept` that means one protocol; then the header,
// the setting, the kind of client; and else the data stream. A query that names no protocol is a
// failure that lists them.
std::variant<StreamChoice, chat::Failure> choose_stream(const StreamWish& wish);

}  // namespace patchbay::dialects::chat_route
