// When an answer that is being written is stored as far as it is.
//
// Each time the whole is written. So a short answer is stored whenever it has grown, and a long one
// only when it has grown by a tenth: however it comes, all that is written is bounded by some
// times what it is in the end.

#pragma once

#include <algorithm>
#include <cstddef>

namespace patchbay::api {

class SavePace {
 public:
  // An answer of up to this many bytes is stored every time.
  static constexpr std::size_t kOftenUpTo = 64 * 1024;

  // Whether to store an answer that has `bytes` now; then it counts as stored.
  bool due(std::size_t bytes) {
    const std::size_t grown = bytes - std::min(bytes, saved_);
    if (grown == 0 || (saved_ > kOftenUpTo && grown < saved_ / 10)) return false;
    saved_ = bytes;
    return true;
  }

 private:
  std::size_t saved_ = 0;
};

}  // namespace patchbay::api
