#include "core/documents/charset.hpp"

#include <cstddef>
#include <cstdint>

#include "core/documents/code_point.hpp"
#include "core/json/utf8.hpp"

namespace patchbay::documents {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kLittleMark = "\xFF\xFE";
constexpr std::string_view kBigMark = "\xFE\xFF";

Error broken_utf16() {
  return make_error(ErrorCode::kInvalid, "the file begins as UTF-16 and is not valid UTF-16");
}

Result<std::string> from_utf16(std::string_view bytes, bool little) {
  if (bytes.size() % 2 != 0) return broken_utf16();
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<std::uint32_t>(little ? first | second << 8 : first << 8 | second);
  };
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    std::uint32_t point = unit(at);
    if (point >= 0xD800 && point < 0xDC00) {
      at += 2;
      if (at >= bytes.size()) return broken_utf16();
      const std::uint32_t low = unit(at);
      if (low < 0xDC00 || low >= 0xE000) return broken_utf16();
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    } else if (point >= 0xDC00 && point < 0xE000) {
      return broken_utf16();
    }
    append_code_point(text, point);
  }
  return text;
}

// In place. False for a zero byte, which no text has.
bool tidy_up(std::string& text) {
  std::size_t to = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\0') return false;
    if (c == '\r') {
      if (at + 1 < text.size() && text[at + 1] == '\n') continue;
      text[to++] = '\n';
    } else if (c == '\f') {
      text[to++] = '\n';  // a page ends
    } else if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) {
      if (c != '\x7F') text[to++] = c;
    }
  }
  text.resize(to);
  return true;
}

}  // namespace

Result<std::string> utf8_of(std::string_view bytes) {
  std::string text;
  if (bytes.starts_with(kLittleMark) || bytes.starts_with(kBigMark)) {
    auto read = from_utf16(bytes.substr(2), bytes.starts_with(kLittleMark));
    if (!read) return read.error();
    text = *std::move(read);
  } else {
    if (bytes.starts_with(kUtf8Mark)) bytes.remove_prefix(kUtf8Mark.size());
    if (!json::is_valid_utf8(bytes)) {
      return make_error(ErrorCode::kInvalid,
                        "the file's text is not UTF-8 (from byte " +
                            std::to_string(json::first_invalid_utf8(bytes)) +
                            " on); save it as UTF-8, or as UTF-16 with a byte order mark");
    }
    text = bytes;
  }
  if (!tidy_up(text)) {
    return make_error(ErrorCode::kInvalid, "the file is not a text: it has zero bytes in it");
  }
  return text;
}

}  // namespace patchbay::documents
