// Regular expressions as JSON Schema has them: ECMAScript's, and a match anywhere counts.
//
// Off the hot path: a pattern is compiled each time. The only user of <regex>, whose headers warn.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::plugin_host {

// The library's matcher recurses once a character, so longer texts match nothing.
inline constexpr std::size_t kMaxPatternText = 4096;

// Whether `text` has a match; nothing when `pattern` is no regular expression.
std::optional<bool> matches(std::string_view pattern, std::string_view text);

}  // namespace patchbay::plugin_host
