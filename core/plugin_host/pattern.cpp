#include "core/plugin_host/pattern.hpp"

#include <regex>

namespace patchbay::plugin_host {

std::optional<bool> matches(std::string_view pattern, std::string_view text) {
  try {
    const std::regex compiled(pattern.begin(), pattern.end(), std::regex::ECMAScript);
    return text.size() <= kMaxPatternText && std::regex_search(text.begin(), text.end(), compiled);
  } catch (const std::regex_error&) {
    return std::nullopt;
  }
}

}  // namespace patchbay::plugin_host
