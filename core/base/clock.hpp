// The two clocks: one that only goes forward, for time-outs, and the calendar's, for people.

#pragma once

#include <chrono>
#include <cstdint>

namespace patchbay {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

inline std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace patchbay
