#include "plugins/replay/sse_text.hpp"

#include <utility>

namespace patchbay::plugins::replay {
namespace {

// Takes one line off, whatever it ends in: LF, CRLF or CR.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  if (end == text.npos) {
    text = {};
  } else {
    text.remove_prefix(text.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
  return line;
}

}  // namespace

bool take_event(std::string_view& rest, RecordedEvent& out) {
  out = {};
  bool has_data = false;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty()) {
      if (has_data) return true;
      out.name.clear();
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
      if (std::exchange(has_data, true)) out.data += '\n';
      out.data += value;
    } else if (field == "event") {
      out.name = value;
    }
  }
  return has_data;
}

}  // namespace patchbay::plugins::replay
