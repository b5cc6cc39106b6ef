// Base64 (RFC 4648, section 4), as JSON carries bytes in it.

#pragma once

#include <string>
#include <string_view>

namespace patchbay {

// Appends `bytes` as base64, with its padding.
void append_base64(std::string& out, std::string_view bytes);

// Appends the bytes that `text` stands for; the padding may be left out. False, with nothing
// appended, if it is not base64.
[[nodiscard]] bool append_unbase64(std::string& out, std::string_view text);

}  // namespace patchbay
