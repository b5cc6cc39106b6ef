// What comes of a piece of an upstream's answer.

#pragma once

#include <cstdint>

namespace patchbay::plugins::gemini {

enum class Outcome : std::uint8_t {
  kMore,    // so far, so good
  kDone,    // the answer is complete
  kNext,    // complete, and another request is due
  kFailed,  // error() of whoever said it tells why; nothing more is to be fed
};

}  // namespace patchbay::plugins::gemini
