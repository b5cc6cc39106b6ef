// What the vendor's refusals mean: {"error": {"code", "status", "message", "details": [...]}}, also
// in a list. The status is one of Google's names, the details say which key, which quota, how long.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::gemini {

// An answer of status 400 and above. Bodies of other shapes (a gateway's page) are read as
// everybody's are.
UpstreamError classify_vendor_answer(int status,
                                     std::span<const pbay_kv> headers,
                                     std::string_view body,
                                     std::int64_t now_unix_ms);

// The value of an `error` inside a 2xx answer.
UpstreamError classify_vendor_value(JsonValue error);

// Milliseconds of a duration as the vendor writes it: "34s", "0.5s"; -1 for anything else.
std::int64_t duration_ms(std::string_view text);

}  // namespace patchbay::plugins::gemini
