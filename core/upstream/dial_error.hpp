// Says in plain words why a connection could not be made.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "core/base/error.hpp"
#include "core/base/ip_address.hpp"
#include "core/upstream/endpoint.hpp"

namespace patchbay::upstream {

// What libcurl knows about a dial that failed.
struct DialFailure {
  CURLcode code = CURLE_OK;
  bool resolved = false;                    // an address was found
  bool opened = false;                      // and connecting to one was begun
  std::span<const IpAddress> refused = {};  // the addresses that the guard does not allow
  int os_error = 0;                         // errno of the last connect(), 0: none
  long proxy_status = 0;                    // what the proxy answered to CONNECT, 0: nothing
  const char* words = "";                   // libcurl's own text
};

// kTimeout where time ran out, kInvalid where the settings cannot work, else kUnavailable.
// `message` names the host and the port; libcurl's words are in `detail`.
Error dial_error(const Endpoint& endpoint, const DialFailure& failure);

// The guard allows none of the addresses that `host` was found to have. kInvalid: somebody has to
// change the settings, and the message says how. REQUIRES: !refused.empty().
Error refused_error(std::string_view host, std::span<const IpAddress> refused);

// The dial took longer than Connection::connect_timeout, be it in the queue or under way.
Error dial_timeout(const Endpoint& endpoint, std::string detail);

}  // namespace patchbay::upstream
