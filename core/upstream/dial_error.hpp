// Says in plain words why a connection could not be made.

#pragma once

#include <curl/curl.h>

#include "core/base/error.hpp"
#include "core/upstream/endpoint.hpp"

namespace patchbay::upstream {

// What libcurl knows about a dial that failed.
struct DialFailure {
  CURLcode code = CURLE_OK;
  int os_error = 0;        // errno of the last connect(), 0: none
  long proxy_status = 0;   // what the proxy answered to CONNECT, 0: nothing
  const char* words = "";  // libcurl's own text
};

// kTimeout where time ran out, kInvalid where the settings cannot work, else kUnavailable.
// `message` names the host and the port; libcurl's words are in `detail`.
Error dial_error(const Endpoint& endpoint, const DialFailure& failure);

// The dial took longer than Connection::connect_timeout, be it in the queue or under way.
Error dial_timeout(const Endpoint& endpoint, std::string detail);

}  // namespace patchbay::upstream
