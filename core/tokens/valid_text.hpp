// Text that is not UTF-8 throughout, made so.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::tokens {

// Whether all of it is valid UTF-8: no surrogates, nothing beyond U+10FFFF, nothing overlong.
bool is_valid_text(std::string_view text);

// The same with U+FFFD for what is not, one for each longest beginning of a character, as browsers
// do.
std::string mended_text(std::string_view text);

}  // namespace patchbay::tokens
