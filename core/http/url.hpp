// The URL of an upstream: "http(s)://host[:port]/base/path?query".

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::http {

// Views into the text that was parsed, which must outlive them.
struct Url {
  bool tls = false;           // https
  std::string_view host;      // as written; an IPv6 address without its brackets
  bool ipv6 = false;          // the host is an IPv6 address
  std::uint16_t port = 0;     // 80 or 443 where the text has none
  bool default_port = false;  // the port is the scheme's own
  std::string_view path;      // as written: empty or starting with "/"
  std::string_view query;     // without the "?"; empty where there is none

  [[nodiscard]] std::string_view scheme() const { return tls ? "https" : "http"; }

  // What belongs in the Host header: "host", "host:8080", "[::1]:8080".
  [[nodiscard]] std::string authority() const;
};

// Fails with kInvalid and a sentence that says what is wrong with the URL but never repeats it: a
// user name and a password, which are refused, must not reach a log. Allocates nothing unless it
// fails.
Result<Url> parse_url(std::string_view text);

// `base` with `path` added to its own: exactly one slash between them, whether or not the base
// ends with one and the path starts with one. A query of the path comes after the base's.
//
//   join("https://host/v1/", "/chat/completions")     "https://host/v1/chat/completions"
//   join("https://host/x?version=1", "models?a=2")    "https://host/x/models?version=1&a=2"
std::string join(const Url& base, std::string_view path);

}  // namespace patchbay::http
