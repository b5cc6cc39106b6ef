#include "core/http/percent.hpp"

namespace patchbay::http {
namespace {

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char lower = static_cast<char>(digit | 0x20);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return -1;
}

bool is_unreserved(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

Result<std::size_t> percent_decode(std::string_view text, char* out) {
  std::size_t written = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char byte = text[at];
    if (byte == '%') {
      const int high = at + 1 < text.size() ? hex_value(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
      if (high < 0 || low < 0) {
        return make_error(ErrorCode::kInvalid,
                          "the URL has a % that is not followed by two hexadecimal digits");
      }
      byte = static_cast<char>(high * 16 + low);
      at += 2;
    }
    if (byte == '\0') return make_error(ErrorCode::kInvalid, "the URL holds a zero byte");
    out[written++] = byte;
  }
  return written;
}

Status append_percent_decoded(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + text.size());
  const Result<std::size_t> written = percent_decode(text, out.data() + before);
  out.resize(before + (written ? *written : 0));
  return written ? ok() : written.error();
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 0xF]);
  }
  return out;
}

}  // namespace patchbay::http
