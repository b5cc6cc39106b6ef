#include "core/tokens/merge.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <vector>

namespace patchbay::tokens {
namespace {

// Up to this many bytes, looking at all pairs for the best one is faster than keeping them in
// order.
constexpr std::size_t kShortBytes = 48;

std::int64_t merge_short(const Ranks& ranks, std::string_view piece) {
  // Of the parts that are left: where each begins, and the rank of it with the next one.
  std::array<std::uint8_t, kShortBytes + 1> starts;
  std::array<std::uint32_t, kShortBytes> rank;
  std::size_t parts = piece.size();
  for (std::size_t i = 0; i <= parts; ++i)
    starts[i] = static_cast<std::uint8_t>(i);
  const auto pair_rank = [&](std::size_t i) {
    if (i + 2 > parts) return Ranks::kNone;
    return ranks.find(piece.substr(starts[i], starts[i + 2] - starts[i]));
  };
  for (std::size_t i = 0; i < parts; ++i)
    rank[i] = pair_rank(i);

  while (parts > 1) {
    const auto end = rank.begin() + static_cast<std::ptrdiff_t>(parts);
    const auto best = std::min_element(rank.begin(), end);
    if (*best == Ranks::kNone) break;
    const auto at = static_cast<std::size_t>(best - rank.begin());
    std::copy(best + 2, end, best + 1);
    std::copy(starts.begin() + at + 2,
              starts.begin() + static_cast<std::ptrdiff_t>(parts) + 1,
              starts.begin() + at + 1);
    --parts;
    rank[at] = pair_rank(at);
    if (at > 0) rank[at - 1] = pair_rank(at - 1);
  }
  return static_cast<std::int64_t>(parts);
}

// A piece whose parts are a linked list, with a heap of the pairs that can be merged. An entry
// whose pair has changed since is passed over when its turn comes.
class LongPiece {
 public:
  std::int64_t merge(const Ranks& ranks, std::string_view piece) {
    const auto size = static_cast<Position>(piece.size());
    next_.resize(size + std::size_t{1});
    before_.resize(size + std::size_t{1});
    rank_.assign(size, Ranks::kNone);
    heap_.clear();
    for (Position i = 0; i <= size; ++i) {
      next_[i] = static_cast<Position>(i + 1);
      before_[i] = static_cast<Position>(i - 1);
    }
    for (Position i = 0; i + 1 < size; ++i)
      enter(ranks, piece, i);

    std::int64_t parts = size;
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const Entry entry = heap_.back();
      heap_.pop_back();
      const auto at = static_cast<Position>(entry & 0xffff);
      if (rank_[at] != entry >> 16) continue;
      const Position taken = next_[at];
      rank_[taken] = Ranks::kNone;
      next_[at] = next_[taken];
      before_[next_[taken]] = at;
      --parts;
      enter(ranks, piece, at);
      if (at > 0) enter(ranks, piece, before_[at]);
    }
    return parts;
  }

 private:
  using Position = std::uint16_t;
  using Entry =
      std::uint64_t;  // the rank, then 16 bits of position: the leftmost of equals is first
  static_assert(kMaxPieceBytes < 0xffff);

  // The pair that begins at `at` is what it is now.
  void enter(const Ranks& ranks, std::string_view piece, Position at) {
    const Position second = next_[at];
    rank_[at] = Ranks::kNone;
    if (second >= piece.size()) return;
    rank_[at] = ranks.find(piece.substr(at, std::size_t{next_[second]} - at));
    if (rank_[at] == Ranks::kNone) return;
    heap_.push_back(Entry{rank_[at]} << 16 | at);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  std::vector<Position> next_;
  std::vector<Position> before_;
  std::vector<std::uint32_t> rank_;  // of the pair that begins there
  std::vector<Entry> heap_;
};

}  // namespace

std::int64_t merged_tokens(const Ranks& ranks, std::string_view piece) {
  if (piece.size() <= 1 || ranks.find(piece) != Ranks::kNone) return piece.empty() ? 0 : 1;
  if (piece.size() <= kShortBytes) return merge_short(ranks, piece);
  thread_local LongPiece longer;
  return longer.merge(ranks, piece.substr(0, kMaxPieceBytes));
}

}  // namespace patchbay::tokens
