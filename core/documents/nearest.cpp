#include "core/documents/nearest.hpp"

#include <algorithm>
#include <utility>

#include "core/documents/vectors.hpp"

namespace patchbay::documents {
namespace {

struct Candidate {
  storage::ChunkPlace place;
  float score = 0;
};

// The nearest so far, as a heap whose top is the worst of them.
class Best {
 public:
  explicit Best(std::size_t most) : most_(most) {}

  void consider(const storage::ChunkPlace& place, float score) {
    if (most_ == 0 || (heap_.size() == most_ && score <= heap_.front().score)) return;
    if (heap_.size() == most_) {
      std::pop_heap(heap_.begin(), heap_.end(), nearer);
      heap_.pop_back();
    }
    heap_.push_back({place, score});
    std::push_heap(heap_.begin(), heap_.end(), nearer);
  }

  std::vector<Candidate> take() {
    std::sort_heap(heap_.begin(), heap_.end(), nearer);
    return std::move(heap_);
  }

 private:
  static bool nearer(const Candidate& a, const Candidate& b) { return a.score > b.score; }

  const std::size_t most_;
  std::vector<Candidate> heap_;
};

}  // namespace

Result<std::vector<Hit>> nearest_chunks(storage::Repository& repository,
                                        const storage::ChunkScope& scope,
                                        const std::vector<float>& question,
                                        std::size_t most) {
  const Direction direction(question);
  Best best(most);
  const Status looked = repository.each_chunk(
      scope, [&](const storage::ChunkPlace& place, const std::string& vector) {
        const float score = direction.nearness(vector);
        if (score > -1) best.consider(place, score);
      });
  if (!looked) return looked.error();
  std::vector<Hit> hits;
  for (const Candidate& candidate : best.take()) {
    auto chunk = repository.chunk(scope.owner, candidate.place);
    if (!chunk) return chunk.error();
    hits.push_back({*std::move(chunk), candidate.score});
  }
  return hits;
}

}  // namespace patchbay::documents
