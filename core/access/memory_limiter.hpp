// Counts requests of many keys within this process, each in a window that slides.
//
//   const Verdict verdict = limiter.take("key:team", {.requests = 60}, Clock::now());
//
// It remembers when each request was, up to a bound of keys and of requests over all; at a bound
// whoever has not asked for longest is forgotten, and so may ask anew.
//
// Threads: any.

#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/access/rate_limit.hpp"
#include "core/base/clock.hpp"

namespace patchbay::access {

class MemoryLimiter {
 public:
  struct Bounds {
    std::size_t keys = 100'000;
    std::size_t requests = 2'000'000;
  };

  MemoryLimiter() : MemoryLimiter(Bounds{}) {}
  explicit MemoryLimiter(Bounds bounds) : bounds_(bounds) {}

  // Counts a request if it is allowed. `now` must not go back.
  Verdict take(const std::string& key, const RateRule& rule, Time now);

  // How many keys are remembered.
  [[nodiscard]] std::size_t keys() const;

 private:
  // When one key's requests were; those before `first` are in no window any more.
  struct Entry {
    std::string key;
    std::vector<Time> times;
    std::size_t first = 0;

    [[nodiscard]] std::size_t count() const { return times.size() - first; }
  };
  using Entries = std::list<Entry>;

  Entry& touch(const std::string& key);
  void drop_before(Entry& entry, Time begin);
  void forget_oldest();
  void forget_idle(Time begin);

  const Bounds bounds_;

  // Guarded by mutex_:
  mutable std::mutex mutex_;
  Entries entries_;                                                 // who asked last is in front
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // into the entries' keys
  std::size_t requests_ = 0;                                        // of all entries
};

}  // namespace patchbay::access
