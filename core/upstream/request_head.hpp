// Writes the head of a request as HTTP/1.1 wants it on the wire.

#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/http/url.hpp"
#include "core/upstream/client.hpp"
#include "core/upstream/endpoint.hpp"

namespace patchbay::upstream {

// Writes the request line and every field, Host and Content-Length included, into `out`, which is
// emptied first. Host, Content-Length, Transfer-Encoding and Connection among the caller's fields
// are left out: two opinions about framing are how requests get smuggled.
// Fails with kInvalid where a method or a field holds bytes that would break the head.
Status write_request_head(const Request& request,
                          const http::Url& url,
                          const Endpoint& endpoint,
                          std::string& out);

}  // namespace patchbay::upstream
