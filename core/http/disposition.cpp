#include "core/http/disposition.hpp"

#include "core/http/percent.hpp"

namespace patchbay::http {
namespace {

// Some browsers decode percent escapes in the plain name too, and some take backslashes for those
// of a path.
bool stays(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%' && c != '/';
}

bool goes_on(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string content_disposition(std::string_view type, std::string_view name) {
  std::string value(type);
  if (name.empty()) return value;
  std::string plain;
  for (const char c : name) {
    if (goes_on(c)) continue;  // one character, one underscore
    plain += stays(c) ? c : '_';
  }
  value += "; filename=\"" + plain + '"';
  if (plain != name) value += "; filename*=UTF-8''" + percent_encoded(name);
  return value;
}

}  // namespace patchbay::http
