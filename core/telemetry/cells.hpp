// Numbers that one thread writes and any thread reads: counters, gauges and histograms without a
// lock and without a locked instruction.
//
// A worker has its own, and whoever scrapes adds up those of all workers. Values of different
// cells are read one after another, so a scrape may see a request counted and its duration not yet.
//
// Threads: writing on the owner's only; or, for a cell that says so, under one lock. Reading on
// any.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace patchbay::telemetry {

class Counter {
 public:
  void add(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void set_size(std::size_t size) { set(static_cast<std::int64_t>(size)); }
  void add(std::int64_t amount) { set(value() + amount); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Durations by size. `kBounds` is a static array of nanoseconds, ascending; a bucket holds what is
// at most its bound, and one more holds the rest.
template <const auto& kBounds>
class Histogram {
 public:
  static constexpr std::size_t kBuckets = kBounds.size() + 1;

  void observe(std::chrono::nanoseconds duration) {
    const std::int64_t ns = duration.count() < 0 ? 0 : duration.count();
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && ns > kBounds[bucket])
      ++bucket;
    counts_[bucket].add();
    sum_ns_.add(static_cast<std::uint64_t>(ns));
  }

  [[nodiscard]] std::uint64_t count_in(std::size_t bucket) const { return counts_[bucket].value(); }
  [[nodiscard]] std::uint64_t sum_ns() const { return sum_ns_.value(); }

 private:
  std::array<Counter, kBuckets> counts_;
  Counter sum_ns_;
};

}  // namespace patchbay::telemetry
