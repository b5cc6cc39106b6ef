// UTF-8, as JSON texts must be: no overlong forms, no surrogates, nothing above U+10FFFF.

#pragma once

#include <cstddef>
#include <string_view>

namespace patchbay::json {

// Whether all of `text` is UTF-8. Vectorised: about as fast as reading the text. No allocation.
bool is_valid_utf8(std::string_view text);

// One step through a text that may be broken.
struct Utf8Step {
  std::size_t length;  // bytes to go on by, at least 1
  bool valid;          // false: these bytes are the start of a character that goes wrong
};

// Looks at the character that starts at `text[at]`. Of a broken one, `length` covers the bytes
// that could have started a character, so that each mishap counts once.
//
// REQUIRES: at < text.size().
Utf8Step utf8_step(std::string_view text, std::size_t at);

// Where the first broken character starts; npos when there is none.
std::size_t first_invalid_utf8(std::string_view text);

}  // namespace patchbay::json
