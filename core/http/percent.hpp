// Percent-encoding of URLs.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::http {

// Writes `text` decoded to `out`, which has room for text.size() bytes, and returns how many bytes
// that took. Fails as append_percent_decoded() does. Allocates nothing unless it fails.
Result<std::size_t> percent_decode(std::string_view text, char* out);

// Appends `text` with "%2F" turned into "/" and so on; nothing else changes. Fails with kInvalid
// at a "%" without two hexadecimal digits, and at a zero byte, encoded or not; `out` is
// then as it was.
Status append_percent_decoded(std::string& out, std::string_view text);

// `text` as one path segment or query value: all but letters, digits and "-._~" becomes "%XX".
std::string percent_encoded(std::string_view text);

}  // namespace patchbay::http
