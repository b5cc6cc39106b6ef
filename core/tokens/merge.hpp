// Byte pair encoding of one piece of a text.

#pragma once

#include <cstdint>
#include <string_view>

#include "core/tokens/ranks.hpp"

namespace patchbay::tokens {

// No longer piece may be given; the caller cuts it.
inline constexpr std::size_t kMaxPieceBytes = 4096;

// How many tokens `piece` becomes: of its neighbouring parts, at first single bytes, those two are
// merged whose token has the lowest rank, the leftmost first, until none is a token. In
// O(n log n). Any thread; keeps about 150 KiB for a thread that has seen long pieces.
std::int64_t merged_tokens(const Ranks& ranks, std::string_view piece);

}  // namespace patchbay::tokens
