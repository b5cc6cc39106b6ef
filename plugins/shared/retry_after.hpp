// How long an upstream asks us to wait.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::plugins {

// Milliseconds from now, from `retry-after-ms` or else `retry-after` (seconds or an HTTP date);
// -1 when neither is there or makes sense. A moment that has passed is 0; a day is the most.
// `now_unix_ms` is what a date is counted from.
std::int64_t retry_after_ms(std::span<const pbay_kv> headers, std::int64_t now_unix_ms);

}  // namespace patchbay::plugins
