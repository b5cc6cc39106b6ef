// The stub's embeddings: texts that share words point in similar directions, so that a search over
// them finds something.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace patchbay::plugins::stub {

// A vector of length 1, the same for the same text. Of a long text the first 64 KiB count.
// REQUIRES: dimensions > 0.
std::vector<float> vector_of(std::string_view text, std::uint32_t dimensions);

}  // namespace patchbay::plugins::stub
