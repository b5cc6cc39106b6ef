// Empties the buffers of a call between two pieces of its answer.

#pragma once

#include <string>

#include "core/relay/limits.hpp"

namespace patchbay::relay {

// Small memory is kept for the next piece. What a burst took beyond that is given back, for a
// client may stall right after it, and stalled clients are many.
inline void empty(std::string& buffer) {
  if (buffer.capacity() > limits::kKeptBytes) {
    std::string().swap(buffer);
  } else {
    buffer.clear();
  }
}

}  // namespace patchbay::relay
