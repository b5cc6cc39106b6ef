#include "core/dialects/conversation_api/encoder.hpp"

#include "core/dialects/line_text.hpp"

namespace patchbay::dialects::conversation_api {

Encoder::Encoder(Options) : TextEncoder({.before = "data: {\"content\":\"", .behind = "\"}\n\n"}) {}

void Encoder::finish(std::string& out) {
  out += "data: {\"done\":true}\n\n";
}

void Encoder::fail(const chat::Failure& failure, std::string& out) {
  out += "data: {\"error\":";
  append_line_string(out, failure.message);
  out += "}\n\n";
}

}  // namespace patchbay::dialects::conversation_api
