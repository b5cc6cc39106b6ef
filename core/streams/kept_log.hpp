// The frames of one log in memory: written by one worker, read by any.
//
// Thread-safe. It has one lock, held for as long as it takes to copy some frames.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/streams/hub.hpp"

namespace patchbay::streams {

// Somebody who waits for more frames.
class Waker {
 public:
  virtual ~Waker() = default;

  // There is something new. On the writer's thread, and once for each time it was left waiting.
  virtual void wake() = 0;
};

class KeptLog {
 public:
  // Counts its memory in `total` as well, which must outlive it.
  KeptLog(Description description, std::size_t bytes_max, std::atomic<std::size_t>& total);
  ~KeptLog();
  KeptLog(const KeptLog&) = delete;
  KeptLog& operator=(const KeptLog&) = delete;

  [[nodiscard]] const Description& description() const { return description_; }

  // Takes whole frames, one or several; bytes behind the last frame's end are a frame too. Nothing
  // once it is finished. True when that took more memory.
  bool append(std::string_view frames);
  void finish();

  // Forgets its oldest frames, some of them.
  void shed();
  // Forgets all: whoever reads it has lost it.
  void drop();

  struct Piece {
    std::uint64_t first = 0;  // the number of the first frame
    std::uint64_t last = 0;
    std::string frames;
    std::uint64_t first_kept = 0;  // the oldest that is still here
  };
  enum class Next {
    kFrames,   // `piece` has some
    kNothing,  // none yet; `waker` is woken once there are
    kEnd,      // none, and none will come
    kGone,     // the frame was forgotten; piece.first_kept is not
  };

  // Frames from number `from` (1 or more) on, at least one and up to about `bytes`. `waker` may be
  // null.
  Next take(std::uint64_t from,
            std::size_t bytes,
            Piece& piece,
            const std::shared_ptr<Waker>& waker);

  // `waker` is not woken any more.
  void forget(const Waker& waker);

  // Readers come and go.
  std::atomic<std::size_t> readers{0};

 private:
  struct Chunk {
    std::uint64_t first = 0;          // the number of its first frame
    std::vector<std::uint32_t> ends;  // of its frames, as offsets
    std::string bytes;                // never grows over what was reserved
  };
  using Wakers = std::vector<std::shared_ptr<Waker>>;

  bool add(std::string_view frame);
  void pop_chunk();
  [[nodiscard]] std::uint64_t first_kept() const;
  void copy(std::uint64_t from, std::size_t bytes, Piece& piece) const;
  static void wake(const Wakers& wakers);

  const Description description_;
  const std::size_t bytes_max_;
  const std::size_t chunk_max_;
  std::atomic<std::size_t>& total_;

  std::mutex mutex_;
  // Guarded by mutex_:
  std::deque<Chunk> chunks_;
  std::size_t bytes_ = 0;
  std::size_t chunk_bytes_;  // of the next chunk
  std::uint64_t next_ = 1;   // the number of the next frame
  bool finished_ = false;
  bool dropped_ = false;
  Wakers waiting_;
};

}  // namespace patchbay::streams
