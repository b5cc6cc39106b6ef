#include "core/dialects/line_text.hpp"

#include <cstddef>

#include "core/json/write.hpp"

namespace patchbay::dialects {
namespace {

struct Separator {
  std::string_view bytes;
  std::string_view escape;
};

constexpr Separator kNextLine{"\xC2\x85", "\\u0085"};
constexpr Separator kLineSeparator{"\xE2\x80\xA8", "\\u2028"};
constexpr Separator kParagraphSeparator{"\xE2\x80\xA9", "\\u2029"};

// The separator that begins at `at`, or nullptr.
const Separator* separator_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  for (const Separator* each : {&kNextLine, &kLineSeparator, &kParagraphSeparator}) {
    if (rest.starts_with(each->bytes)) return each;
  }
  return nullptr;
}

// Hands the stretches between separators to `append`, and writes the separators escaped.
template <typename Append>
void append_between_separators(std::string& out, std::string_view text, Append append) {
  constexpr std::string_view kFirstBytes = "\xC2\xE2";
  std::size_t begin = 0;
  std::size_t at = text.find_first_of(kFirstBytes);
  while (at != std::string_view::npos) {
    if (const Separator* found = separator_at(text, at)) {
      append(text.substr(begin, at - begin));
      out += found->escape;
      begin = at = at + found->bytes.size();
    } else {
      ++at;
    }
    at = text.find_first_of(kFirstBytes, at);
  }
  append(text.substr(begin));
}

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20;
}

// Text that claims to be escaped holds no control characters; should a plugin be wrong about that,
// the next line is not its to begin.
void append_without_controls(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_control(text[at])) continue;
    out += text.substr(begin, at - begin);
    json::append_escaped(out, text.substr(at, 1));
    begin = at + 1;
  }
  out += text.substr(begin);
}

constexpr std::size_t kUnitEscape = 6;  // "\ud83d"

// Whether `escape` is "\ud" and one of `digits`, in capital letters or not.
bool is_surrogate(std::string_view escape, std::string_view digits) {
  return escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D') &&
         digits.find(escape[3]) != std::string_view::npos;
}

bool begins_with_second_half(std::string_view text) {
  return text.size() >= kUnitEscape && is_surrogate(text.substr(0, kUnitEscape), "cdefCDEF");
}

bool ends_with_first_half(std::string_view text) {
  if (text.size() < kUnitEscape) return false;
  const std::size_t at = text.size() - kUnitEscape;
  if (!is_surrogate(text.substr(at), "89abAB")) return false;
  // A backslash that is itself escaped begins no escape.
  const std::size_t other = text.find_last_not_of('\\', at);
  const std::size_t first = other == std::string_view::npos ? 0 : other + 1;
  return (at - first) % 2 == 0;
}

}  // namespace

std::string_view PairJoiner::whole(const pbay_event& event, std::string_view text) {
  if (text.empty()) return text;
  const bool escaped = (event.flags & PBAY_EVF_ESCAPED) != 0;
  if (!held_.empty()) {
    const bool same = type_ == event.type && item_ == event.item;
    if (escaped && same && begins_with_second_half(text)) {
      joined_ = held_;
      joined_ += text;
      text = joined_;
    }
    held_.clear();  // without its other half it means nothing
  }
  if (!escaped || !ends_with_first_half(text)) return text;
  held_ = text.substr(text.size() - kUnitEscape);
  type_ = event.type;
  item_ = event.item;
  text.remove_suffix(kUnitEscape);
  return text;
}

void append_line_text(std::string& out, const pbay_event& event, std::string_view text) {
  if ((event.flags & PBAY_EVF_ESCAPED) == 0) return append_line_escaped(out, text);
  append_between_separators(
      out, text, [&](std::string_view piece) { append_without_controls(out, piece); });
}

void append_line_escaped(std::string& out, std::string_view text) {
  append_between_separators(
      out, text, [&](std::string_view piece) { json::append_escaped(out, piece); });
}

void append_line_string(std::string& out, std::string_view text) {
  out += '"';
  append_line_escaped(out, text);
  out += '"';
}

void append_line_json(std::string& out, std::string_view json) {
  append_between_separators(out, json, [&](std::string_view piece) {
    for (const char byte : piece)
      out += is_control(byte) ? ' ' : byte;  // in valid JSON, white space
  });
}

}  // namespace patchbay::dialects
