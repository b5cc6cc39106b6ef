// Puts the reasoning that a client dropped back into the history of its chat request: the
// assistant's messages with tool calls get their `reasoning_details`, the calls their
// `extra_content`, where they came without. Everything else in the body stays as it came, byte by
// byte.
//
// Details that came with signatures but without the text they sign are no use to anyone: they count
// as dropped, and are replaced.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/chat/kept_reasoning.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::openai_chat {

// What was kept with the tool call of that id; null when there is nothing.
using FindKept = std::function<std::shared_ptr<const chat::KeptReasoning>(std::string_view id)>;

// `padded_body` is a chat request that read_request() has accepted, followed by
// json::Padded::kBytes zero bytes; both it and the place of its "model" value are changed together.
// True when something was put back. A body without tool calls costs one search through its bytes.
bool restore_signatures(std::string& padded_body, json::Span& model_value, const FindKept& find);

}  // namespace patchbay::dialects::openai_chat
