// Addresses from which so many wrong credentials came that no more are looked at for a while.
//
//   if (logins.any() && logins.wait(key, Clock::now()) > 0ms) return refuse();   // 429
//   if (!right && logins.count(key, rule, Clock::now())) log_it();
//
// Whoever has the right ones pays for this with one look at a number while nobody is held off. What
// other replicas counted comes through hold().
//
// Threads: any.

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/access/memory_limiter.hpp"
#include "core/access/rate_limit.hpp"
#include "core/base/clock.hpp"

namespace patchbay::access {

class FailedLogins {
 public:
  // At most so many addresses are held off at a time; at the bound who is free soonest goes.
  explicit FailedLogins(std::size_t held_max = 100'000) : held_max_(held_max) {}

  // What has come of it since the start, for the metrics.
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  void count_refused() { ++refused_; }
  void count_failed() { ++failed_; }

  // Whether anybody may be held off at all.
  [[nodiscard]] bool any() const { return held_count_.load(std::memory_order_relaxed) > 0; }

  // How long `key` (limit_key_of()) is still held off; 0: it is not.
  std::chrono::milliseconds wait(const std::string& key, Time now);

  // Counts wrong credentials: with the last that `rule` allows in its window `key` is held off
  // until one more is allowed. True where that begins now.
  bool count(const std::string& key, const RateRule& rule, Time now);

  // Holds `key` off for what is left of a window that is counted elsewhere, if nothing is left in
  // it. True where that begins now.
  bool hold(const std::string& key, const Verdict& verdict, Time now);

 private:
  void forget_free(Time now);

  const std::size_t held_max_;
  MemoryLimiter counted_;
  std::atomic<std::size_t> held_count_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> refused_{0};

  // Guarded by mutex_:
  std::mutex mutex_;
  std::unordered_map<std::string, Time> held_;  // until when
};

}  // namespace patchbay::access
