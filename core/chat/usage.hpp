// What an answer cost, in tokens.

#pragma once

#include <cstdint>

namespace patchbay::chat {

// -1: not told. `input` includes cached tokens, `output` includes reasoning.
struct Usage {
  std::int64_t input = -1;
  std::int64_t output = -1;
  std::int64_t cached = -1;  // of `input`
};

}  // namespace patchbay::chat
