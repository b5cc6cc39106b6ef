// Which of an owner's chunks are nearest to a question: every one of them is compared, so that none
// is missed. How many there can be is bounded where they are stored.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::documents {

struct Hit {
  storage::FoundChunk chunk;
  float score = 0;  // Direction::nearness()
};

// At most `most`, the nearest first. `question` is embedded by the model of the scope. In a job of
// the store that reads.
Result<std::vector<Hit>> nearest_chunks(storage::Repository& repository,
                                        const storage::ChunkScope& scope,
                                        const std::vector<float>& question,
                                        std::size_t most);

}  // namespace patchbay::documents
