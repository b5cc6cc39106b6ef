#include "core/conversations/storable_text.hpp"

#include <cstddef>

#include "core/json/view.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kTitleBytesMax = 80;

bool is_plain(std::string_view text) {
  for (const char byte : text) {
    if (byte == '\0' || (static_cast<unsigned char>(byte) & 0x80) != 0) return false;
  }
  return true;
}

}  // namespace

std::string storable(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  // The writer of JSON mends UTF-8, and the reader gives it back.
  std::string quoted;
  json::append_string(quoted, text);
  std::string mended = json::View(quoted).string();
  for (std::size_t at = mended.find('\0'); at != std::string::npos; at = mended.find('\0', at)) {
    mended.replace(at, 1, kReplacement);
  }
  return mended;
}

std::string title_of(std::string_view message) {
  const std::size_t begin = message.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  std::string_view line = message.substr(begin);
  line = line.substr(0, line.find_first_of("\r\n"));
  if (line.size() <= kTitleBytesMax) return storable(line);
  std::size_t end = kTitleBytesMax;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80)
    --end;
  const std::size_t space = line.rfind(' ', end);
  if (space != std::string_view::npos && space > kTitleBytesMax / 2) end = space;
  return storable(line.substr(0, end)) + "…";
}

}  // namespace patchbay::conversations
