// The rules for a request's head that Boost.Beast's parser is too lenient about.
//
// Two servers that read the same bytes differently are how requests are smuggled, so whatever
// another server might read in another way is refused: bare CR or LF, NUL, folded lines, space
// before a colon, more than one or a decorated Content-Length, any Transfer-Encoding but "chunked",
// both of them, a missing or second Host.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::server {

struct HeadFault {
  int status;           // 400, 431, 505
  std::string message;  // for the client
};

// `head` is everything up to and with the empty line.
std::optional<HeadFault> check_head(std::string_view head, std::size_t headers_max);

// True when the bytes, which hold no complete head yet, can never become a valid one: a line feed
// without its carriage return, or a NUL. Looks at the bytes from `from` on; those before were
// looked at already.
bool hopeless_head(std::string_view bytes, std::size_t from);

}  // namespace patchbay::server
