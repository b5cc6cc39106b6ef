// HMAC-SHA256 (RFC 2104), and keys for it.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::crypto {

// The code of `text` under `key` in 64 lower-case hexadecimal digits. Empty where OpenSSL has no
// memory, and an empty one must never be taken for right. Thread-safe.
std::string hmac_sha256(std::string_view key, std::string_view text);

// 256 bits from the system's source of randomness, in 64 lower-case hexadecimal digits. Ends the
// process where that has none. Thread-safe.
std::string random_key();

}  // namespace patchbay::crypto
