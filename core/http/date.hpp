// Dates in HTTP headers. Times are whole seconds since 1970, UTC.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"

namespace patchbay::http {

// "Sun, 06 Nov 1994 08:49:37 GMT". Years outside 0 to 9999 cannot be written and are clamped.
std::string format_date(std::int64_t unix_seconds);

// Reads that form and the two obsolete ones that a recipient must still take:
// "Sunday, 06-Nov-94 08:49:37 GMT" and "Sun Nov  6 08:49:37 1994". The name of the day is not held
// against the date. A year of two digits that would lie more than 50 years after `now` is one of
// the last century. Nothing when the text is no date.
std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now = unix_ms() / 1000);

// How many seconds a Retry-After header asks to wait, counted from `now`: its number, or the time
// until its date, 0 where that has passed. Nothing when it is neither.
std::optional<std::int64_t> parse_retry_after(std::string_view text,
                                              std::int64_t now = unix_ms() / 1000);

}  // namespace patchbay::http
