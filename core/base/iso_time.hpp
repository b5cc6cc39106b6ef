// Times for people and for JSON.

#pragma once

#include <cstdint>
#include <string>

namespace patchbay {

// "2026-11-21T19:28:06.042Z", UTC, always with milliseconds. Years outside 0 to 9999 cannot be
// written and are clamped.
std::string iso_time(std::int64_t unix_ms);

}  // namespace patchbay
