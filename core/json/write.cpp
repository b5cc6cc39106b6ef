#include "core/json/write.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/json/utf8.hpp"

namespace patchbay::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Whether a byte goes out as it is without a second look: ASCII that needs no escape.
constexpr std::array<bool, 256> kClean = [] {
  std::array<bool, 256> clean{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte)
    clean[byte] = byte != '"' && byte != '\\';
  return clean;
}();

// Eight bytes at once: whether each is clean. Every term sets the top bit of a byte that is not
// (or of one above it that follows a byte that is not, which makes no difference to the answer).
bool all_clean(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  const std::uint64_t quotes = bytes ^ (kOnes * '"');
  const std::uint64_t backslashes = bytes ^ (kOnes * '\\');
  const std::uint64_t unclean =
      bytes | (bytes - kOnes * 0x20) | (quotes - kOnes) | (backslashes - kOnes);
  return (unclean & kTops) == 0;
}

// The end of the clean run that starts at `at`.
std::size_t end_of_clean(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size()) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (!all_clean(bytes)) break;
    at += 8;
  }
  while (at < text.size() && kClean[static_cast<unsigned char>(text[at])])
    ++at;
  return at;
}

void append_escape(std::string& out, char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  out += "\\u00";
  out += kDigits[value >> 4];
  out += kDigits[value & 0xF];
}

template <typename Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  std::size_t run = 0;  // start of what goes out as it is
  std::size_t at = 0;
  while ((at = end_of_clean(text, at)) < text.size()) {
    const char byte = text[at];
    const bool ascii = static_cast<unsigned char>(byte) < 0x80;
    const Utf8Step step = ascii ? Utf8Step{1, false} : utf8_step(text, at);
    if (!step.valid) {
      out.append(text.substr(run, at - run));
      if (ascii) {
        append_escape(out, byte);
      } else {
        out.append(kReplacement);
      }
      run = at + step.length;
    }
    at += step.length;
  }
  out.append(text.substr(run));
}

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  append_escaped(out, text);
  out.push_back('"');
}

Writer& Writer::key(std::string_view name) {
  separate();
  append_string(out_, name);
  out_.push_back(':');
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

Writer& Writer::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  append_number(out_, number);
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate();
  out_.append(json);
  return *this;
}

Writer& Writer::open(char bracket) {
  separate();
  out_.push_back(bracket);
  return *this;
}

Writer& Writer::close(char bracket) {
  out_.push_back(bracket);
  return *this;
}

Writer& Writer::integer(std::int64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

Writer& Writer::unsigned_integer(std::uint64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

// A comma is due unless the writer is at its start, or just after an opening bracket or a colon:
// no value ends with one of those.
void Writer::separate() {
  if (out_.size() == start_) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_.push_back(',');
}

}  // namespace patchbay::json
