// Base64 as JSON carries bytes in it.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::plugins {

// Replaces `out` with the bytes that `text` stands for; false if it is not base64 (RFC 4648,
// section 4; the padding may be left out).
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);

// Appends `bytes` as base64, with its padding.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace patchbay::plugins
