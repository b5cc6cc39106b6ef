// How often one may ask: so many requests in any span of time that is one window long.

#pragma once

#include <chrono>
#include <cstdint>

namespace patchbay::access {

struct RateRule {
  std::int64_t requests = 60;  // at least 1
  std::chrono::milliseconds window{60'000};
};

// What became of one request.
struct Verdict {
  bool allowed = true;
  std::int64_t limit = 0;              // how many requests a window holds
  std::int64_t remaining = 0;          // how many are left after this one
  std::chrono::milliseconds reset{0};  // until one more is allowed than now
};

}  // namespace patchbay::access
