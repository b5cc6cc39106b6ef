#include "core/streams/kept_log.hpp"

#include <algorithm>
#include <utility>

#include "core/streams/frames.hpp"

namespace patchbay::streams {
namespace {

// A short answer takes little; a long one is cut into pieces worth forgetting one by one.
constexpr std::size_t kChunkFirst = 4 * 1024;
constexpr std::size_t kChunkMin = 64;
constexpr std::size_t kChunkMax = 64 * 1024;
constexpr std::size_t kChunksAtLeast = 16;  // in a log that is full

constexpr std::size_t kFrameCost = sizeof(std::uint32_t);  // beside its bytes

}  // namespace

KeptLog::KeptLog(Description description, std::size_t bytes_max, std::atomic<std::size_t>& total)
    : description_(std::move(description)),
      bytes_max_(bytes_max),
      chunk_max_(std::clamp(bytes_max / kChunksAtLeast, kChunkMin, kChunkMax)),
      total_(total),
      chunk_bytes_(std::min(kChunkFirst, chunk_max_)) {}

KeptLog::~KeptLog() {
  while (!chunks_.empty())
    pop_chunk();
}

bool KeptLog::append(std::string_view frames) {
  bool grew = false;
  Wakers wakers;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (finished_ || frames.empty()) return false;
    while (!frames.empty()) {
      const std::size_t size = frame_size(frames, description_.lines);
      grew = add(frames.substr(0, size)) || grew;
      frames.remove_prefix(size);
    }
    while (bytes_ > bytes_max_)
      pop_chunk();
    wakers.swap(waiting_);
  }
  wake(wakers);
  return grew;
}

bool KeptLog::add(std::string_view frame) {
  bool grew = false;
  if (chunks_.empty() ||
      chunks_.back().bytes.capacity() - chunks_.back().bytes.size() < frame.size()) {
    Chunk& chunk = chunks_.emplace_back();
    chunk.first = next_;
    chunk.bytes.reserve(std::max(frame.size(), chunk_bytes_));
    chunk_bytes_ = std::min(chunk_bytes_ * 2, chunk_max_);
    total_.fetch_add(chunk.bytes.capacity(), std::memory_order_relaxed);
    grew = true;
  }
  Chunk& chunk = chunks_.back();
  chunk.bytes.append(frame);
  chunk.ends.push_back(static_cast<std::uint32_t>(chunk.bytes.size()));
  bytes_ += frame.size() + kFrameCost;
  ++next_;
  return grew;
}

void KeptLog::pop_chunk() {
  const Chunk& chunk = chunks_.front();
  bytes_ -= chunk.bytes.size() + kFrameCost * chunk.ends.size();
  total_.fetch_sub(chunk.bytes.capacity(), std::memory_order_relaxed);
  chunks_.pop_front();
}

void KeptLog::finish() {
  Wakers wakers;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished_ = true;
    wakers.swap(waiting_);
  }
  wake(wakers);
}

void KeptLog::shed() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!chunks_.empty()) pop_chunk();
}

void KeptLog::drop() {
  Wakers wakers;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    while (!chunks_.empty())
      pop_chunk();
    finished_ = true;
    dropped_ = true;
    wakers.swap(waiting_);
  }
  wake(wakers);
}

// Outside the lock: a waker looks for frames perhaps at once.
void KeptLog::wake(const Wakers& wakers) {
  for (const auto& waker : wakers)
    waker->wake();
}

std::uint64_t KeptLog::first_kept() const {
  return chunks_.empty() ? next_ : chunks_.front().first;
}

KeptLog::Next KeptLog::take(std::uint64_t from,
                            std::size_t bytes,
                            Piece& piece,
                            const std::shared_ptr<Waker>& waker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  piece.first_kept = first_kept();
  if (dropped_ || from < piece.first_kept) return Next::kGone;
  if (from >= next_) {
    if (finished_) return Next::kEnd;
    if (waker != nullptr) waiting_.push_back(waker);
    return Next::kNothing;
  }
  copy(from, bytes, piece);
  return Next::kFrames;
}

void KeptLog::copy(std::uint64_t from, std::size_t bytes, Piece& piece) const {
  const auto behind = std::upper_bound(
      chunks_.begin(), chunks_.end(), from, [](std::uint64_t number, const Chunk& chunk) {
        return number < chunk.first;
      });
  piece.first = from;
  piece.last = from - 1;
  piece.frames.clear();
  for (auto chunk = std::prev(behind); chunk != chunks_.end(); ++chunk) {
    const auto index = static_cast<std::size_t>(piece.last + 1 - chunk->first);
    const std::size_t begin = index == 0 ? 0 : chunk->ends[index - 1];
    // What still has room, and the very first frame even if it has none.
    const std::size_t room = begin + (bytes - std::min(bytes, piece.frames.size()));
    const auto fits = std::upper_bound(
        chunk->ends.begin() + static_cast<std::ptrdiff_t>(index), chunk->ends.end(), room);
    auto count = static_cast<std::size_t>(fits - chunk->ends.begin()) - index;
    if (count == 0 && piece.last < from) count = 1;
    if (count == 0) return;
    piece.frames.append(chunk->bytes, begin, chunk->ends[index + count - 1] - begin);
    piece.last += count;
    if (index + count < chunk->ends.size()) return;
  }
}

void KeptLog::forget(const Waker& waker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(waiting_, [&](const auto& waiting) { return waiting.get() == &waker; });
}

}  // namespace patchbay::streams
