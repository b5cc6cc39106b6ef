#include "plugins/gemini/one_line.hpp"

namespace patchbay::plugins::gemini {

std::string_view one_line(JsonValue value, std::string& scratch) {
  const std::string_view text = value.raw();
  if (text.find_first_of("\r\n") == text.npos) return text;
  scratch.clear();
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!inside && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    scratch.push_back(c);
    if (c == '\\') {  // only strings have these; what follows is theirs, a quote too
      scratch.push_back(text[++i]);
    } else if (c == '"') {
      inside = !inside;
    }
  }
  return scratch;
}

}  // namespace patchbay::plugins::gemini
