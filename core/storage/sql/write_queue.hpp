// Jobs that wait for the writer, bounded in number and in bytes.
//
// Thread-safe.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "core/base/clock.hpp"
#include "core/storage/store.hpp"

namespace patchbay::storage::sql {

struct QueuedWrite {
  Store::Job job;
  Store::Done done;  // may be null: nobody is told
  std::size_t bytes = 0;
};

class WriteQueue {
 public:
  struct Bounds {
    std::size_t jobs = 10'000;
    std::size_t bytes = 64 * 1024 * 1024;
  };

  explicit WriteQueue(const Bounds& bounds) : bounds_(bounds) {}

  // False when there is no room, or when it is closed; `write` is then untouched. Only so much of
  // the room is used: 1 is all of it.
  bool push(QueuedWrite& write, double share);

  // Everything that waits, in its order, up to `most`; nothing when none has come by `until`, or
  // when somebody called wake(). At least one job, whatever its size.
  std::vector<QueuedWrite> take(const Bounds& most, Time until);

  void wake();
  void close();
  [[nodiscard]] bool closed() const;
  [[nodiscard]] bool empty() const;

 private:
  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<QueuedWrite> waiting_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  bool woken_ = false;
};

}  // namespace patchbay::storage::sql
