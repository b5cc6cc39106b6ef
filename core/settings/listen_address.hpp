// "host:port" as a person writes where a server listens.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::settings {

struct ListenAddress {
  std::string host;  // "127.0.0.1", "::1" (without brackets), "localhost"; empty: every address
  std::uint16_t port = 0;  // 0: any that is free
};

// Reads "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or ":8080". Whether a host name leads
// anywhere is not looked up.
//
// Fails with kInvalid and a message that says what is expected, without quoting `text`.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace patchbay::settings
