// An upstream as connections see it: where it is and how it is reached. Requests whose endpoints
// are equal share connections.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/http/url.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::upstream {

class Link;

struct Endpoint {
  bool tls = false;
  std::string host;  // lower case, an IPv6 address without brackets
  std::uint16_t port = 0;
  Connection connection;

  std::string name;         // "host:port", for messages
  std::string host_header;  // the port only where it is not the scheme's own
  std::string dial_url;     // what libcurl is told to connect to
  std::string proxy_name;   // the proxy's "host:port" without its credentials; empty: none

  // The name that the addresses connected to are found under: the proxy's, or else `host`.
  std::string dialled_host;

  std::vector<Link*> idle;  // connections waiting for a request, the latest last; the pool's
  std::size_t dials_under_way = 0;  // the dialer's
};

// The endpoints in use, one object each, so that finding a warm connection is one look-up.
class EndpointTable {
 public:
  std::shared_ptr<Endpoint> find(const http::Url& url, const Connection& connection);

 private:
  void sweep();

  std::unordered_multimap<std::size_t, std::shared_ptr<Endpoint>> endpoints_;
};

}  // namespace patchbay::upstream
