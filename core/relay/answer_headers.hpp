// Which headers of an upstream's answer the client may see, and as what.

#pragma once

#include <cstdint>
#include <string_view>

#include "core/http/header_list.hpp"

namespace patchbay::relay {

// Rate limits (whatever vendor's: "x-ratelimit-...", "VENDOR-ratelimit-...") pass, and so do
// headers that begin with `vendor_prefix`; the vendor's request id becomes x-upstream-request-id,
// since x-request-id is ours; Retry-After passes clamped to 1-60 s. Nothing else does: cookies,
// hop-by-hop fields and encodings belong to the other connection.
http::HeaderList client_headers(const http::HeaderList& upstream, std::string_view vendor_prefix);

// True when the body comes compressed. Nobody here asks for that, and nobody could read it.
bool is_encoded(const http::HeaderList& upstream);

// What Retry-After or retry-after-ms ask for, unclamped; -1 when they ask for nothing.
std::int64_t retry_after_ms(const http::HeaderList& upstream);

// Adds `retry-after` in whole seconds and `retry-after-ms`.
void add_retry_after(http::HeaderList& headers, std::int64_t wait_ms);

}  // namespace patchbay::relay
