#include "core/dialects/json_lines/encoder.hpp"

#include <utility>

#include "core/base/uuid.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects::json_lines {

Encoder::Encoder(Options options)
    : TextEncoder({.before = "{\"content\":\"", .behind = "\"}\n"}), options_(std::move(options)) {}

void Encoder::finish(std::string& out) {
  out += "{\"done\":true,\"message_id\":";
  append_line_string(out, options_.message_id.empty() ? make_uuid() : options_.message_id);
  out += "}\n";
}

void Encoder::stopped(std::string& out) {
  out += "{\"stopped\":true}\n";
}

void Encoder::fail(const chat::Failure& failure, std::string& out) {
  out += "{\"error\":";
  append_line_string(out, failure.message);
  out += "}\n";
}

}  // namespace patchbay::dialects::json_lines
