// Cutting a text into pieces that are embedded, found and shown one by one.
//
// A chunk is a stretch of the text, blanks at its ends left out. It ends where something ends: at a
// paragraph if one ends in its second half, else at a sentence or line, else at a word; only a word
// that alone is longer than a chunk is cut within. The next one begins a little before that end, at
// such a place too, so that what stands across the cut is whole in one of them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/tokens/counter.hpp"

namespace patchbay::documents {

struct ChunkRules {
  std::int64_t tokens = 400;  // of a chunk, at most; about, since its pieces are counted
  std::int64_t overlap = 50;  // of it that the next one repeats, at most
};

// Views into `text`, in its order; none for a text of blanks. Takes time: not on a worker.
// REQUIRES: `text` is valid UTF-8; 0 <= overlap < tokens.
std::vector<std::string_view> chunks_of(std::string_view text,
                                        const ChunkRules& rules,
                                        tokens::Encoding encoding);

}  // namespace patchbay::documents
