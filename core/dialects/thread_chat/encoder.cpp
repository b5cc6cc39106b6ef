#include "core/dialects/thread_chat/encoder.hpp"

#include <utility>

#include "core/dialects/line_text.hpp"
#include "core/dialects/thread_chat/body.hpp"

namespace patchbay::dialects::thread_chat {

Encoder::Encoder(Options options)
    : TextEncoder({.before = "event: delta\ndata: {\"text\":\"", .behind = "\"}\n\n"}),
      options_(std::move(options)) {}

void Encoder::finish(std::string& out) {
  out += "event: done\ndata: {\"response_id\":";
  append_line_string(out, with_prefix(options_.response_id));
  out += "}\n\n";
}

void Encoder::fail(const chat::Failure& failure, std::string& out) {
  out += "event: error\ndata: {\"error\":";
  append_line_string(out, failure.message);
  out += "}\n\n";
}

}  // namespace patchbay::dialects::thread_chat
