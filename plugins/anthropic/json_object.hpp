// Writes one JSON object, member by member, behind what a text already holds.
//
//   JsonObject block(out);
//   block.text("type", "text");
//   block.escaped("text", part["text"].escaped());   // as it came, not unescaped and escaped again
//   block.end();

#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

  // Member names are our own words, which need no escapes.
  void raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
  }
  void text(std::string_view name, std::string_view plain) {
    key(name);
    append_quoted(out_, plain);
  }
  void escaped(std::string_view name, std::string_view inside) {
    key(name);
    out_ += '"';
    out_ += inside;
    out_ += '"';
  }
  void number(std::string_view name, std::int64_t value) {
    key(name);
    char digits[24];
    const auto written = std::to_chars(digits, digits + sizeof digits, value);
    out_.append(digits, written.ptr);
  }
  // The member's name, its value being written by the caller.
  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

// A comma before the next element, where one stands before it.
inline void next_element(std::string& list) {
  if (!list.empty()) list += ',';
}

}  // namespace patchbay::plugins::anthropic
