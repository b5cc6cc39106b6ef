// Where a request comes from, behind proxies whose word is taken for it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/ip_address.hpp"
#include "core/http/header_list.hpp"

namespace patchbay::access {

// The client's address: `peer`, who is connected, or, where that is one of the `trusted` proxies,
// the last address in X-Forwarded-For that is none of them. What stands before that one may be
// invented, and is not looked at. `peer` itself where the header is missing or makes no sense.
std::string client_address(std::string_view peer,
                           const http::HeaderList& headers,
                           const std::vector<IpNetwork>& trusted);

// What its requests are counted by: "address:10.1.2.3". Of IPv6 it is the network of 64 bits that
// a host picks its addresses from as it likes: "address:2001:db8::/64".
std::string limit_key_of(std::string_view address);

}  // namespace patchbay::access
