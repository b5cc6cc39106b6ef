// What the vendor's refusals mean.

#pragma once

#include <span>
#include <string_view>

#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::anthropic {

// An answer of status 400 and above; the vendor's body is
// {"type":"error","error":{"type","message"}, "request_id"}.
UpstreamError classify_refusal(int status,
                               std::span<const pbay_kv> headers,
                               std::string_view body,
                               std::int64_t now_unix_ms);

// The value of `error` of an event in the middle of a stream, where there is no status.
UpstreamError classify_event(JsonValue value);

}  // namespace patchbay::plugins::anthropic
