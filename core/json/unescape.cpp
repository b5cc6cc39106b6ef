#include "core/json/unescape.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace patchbay::json {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

bool is_high(std::uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(std::uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// The four digits after a "\u" that stands at `at`; 0 beyond the text's end.
std::uint32_t unit_at(std::string_view raw, std::size_t at) {
  std::uint32_t unit = 0;
  if (raw.substr(at).starts_with("\\u") && raw.size() - at >= 6) {
    std::from_chars(raw.data() + at + 2, raw.data() + at + 6, unit, 16);
  }
  return unit;
}

// Appends the character of the "\u" escape at `at`; returns how many bytes that took.
std::size_t append_escaped_unit(std::string& out, std::string_view raw, std::size_t at) {
  const std::uint32_t unit = unit_at(raw, at);
  if (is_high(unit)) {
    const std::uint32_t second = at + 6 < raw.size() ? unit_at(raw, at + 6) : 0;
    if (is_low(second)) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00));
      return 12;
    }
  }
  append_utf8(out, is_high(unit) || is_low(unit) ? kReplacement : unit);
  return 6;
}

char plain(char escaped) {
  switch (escaped) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return escaped;  // a quote, a slash or a backslash stands for itself
  }
}

}  // namespace

void append_unescaped(std::string& out, std::string_view raw) {
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t escape = raw.find('\\', at);
    out.append(raw.substr(at, escape - at));
    if (escape == std::string_view::npos || escape + 1 >= raw.size()) return;
    if (raw[escape + 1] == 'u') {
      at = escape + append_escaped_unit(out, raw, escape);
    } else {
      out.push_back(plain(raw[escape + 1]));
      at = escape + 2;
    }
  }
}

}  // namespace patchbay::json
