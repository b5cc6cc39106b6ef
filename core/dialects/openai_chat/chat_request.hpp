// The request of POST /v1/chat/completions, read as far as routing needs it and no further.
//
// The body itself goes on as it came: unknown fields, number formats and white space included. So
// only what the proxy acts upon is checked here; whether a temperature makes sense is the
// upstream's to say.

#pragma once

#include <string>
#include <variant>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::openai_chat {

inline constexpr const char* kDialect = "openai.chat/1";

struct ChatRequest {
  std::string model;       // decoded; "" when the client named none
  json::Span model_value;  // where its value stands, quotes included; empty when there is none
  bool stream = false;
  bool include_usage = false;  // stream_options.include_usage
};

// Fails with what the client did wrong: not JSON (with the offset), no object, a wrong type, no
// messages.
std::variant<ChatRequest, chat::Failure> read_request(json::Padded body);

}  // namespace patchbay::dialects::openai_chat
