#include "core/dialects/prompt_chat/encoder.hpp"

#include <utility>

#include "core/dialects/line_text.hpp"
#include "core/dialects/prompt_chat/friendly_error.hpp"

namespace patchbay::dialects::prompt_chat {

Encoder::Encoder(Options options)
    : TextEncoder({.before = "data: {\"content\":\"", .behind = "\"}\n\n"}),
      options_(std::move(options)) {}

void Encoder::finish(std::string& out) {
  out += "data: [DONE]\n\n";
}

void Encoder::fail(const chat::Failure& failure, std::string& out) {
  out += "data: {\"error\":";
  append_line_string(out, friendly_error(options_.provider, failure));
  out += "}\n\n";
  finish(out);
}

}  // namespace patchbay::dialects::prompt_chat
