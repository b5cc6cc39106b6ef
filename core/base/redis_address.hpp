// Where a Redis server is, as its URL says: redis://[[user]:password@]host[:port][/db].

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay {

struct RedisAddress {
  std::string host = "127.0.0.1";  // a name, or an address; an IPv6 address without its brackets
  std::uint16_t port = 6379;
  std::string user = {};      // empty: Redis's own default user
  std::string password = {};  // a secret; empty: none is sent
  int db = 0;
};

// User and password are percent-decoded. Fails with kInvalid and a sentence that says what is wrong
// but never repeats the text: it may hold a password.
Result<RedisAddress> parse_redis_url(std::string_view text);

}  // namespace patchbay
