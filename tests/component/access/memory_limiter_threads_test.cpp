#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/access/memory_limiter.hpp"

namespace patchbay::access {
namespace {

constexpr int kThreads = 4;
constexpr int kTries = 500;

TEST(MemoryLimiterThreads, LetNobodyPassTwiceAndForgetNobody) {
  MemoryLimiter limiter;
  const RateRule rule{.requests = 700, .window = std::chrono::hours(1)};
  const Time now = Clock::now();
  std::atomic<int> shared = 0;
  std::atomic<int> own = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, key = "own:" + std::to_string(i)] {
      for (int j = 0; j < kTries; ++j) {
        shared += limiter.take("shared", rule, now).allowed ? 1 : 0;
        own += limiter.take(key, rule, now).allowed ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(shared, 700);
  EXPECT_EQ(own, kThreads * kTries);
}

TEST(MemoryLimiterThreads, KeepToTheBoundsTogether) {
  MemoryLimiter limiter({.keys = 50, .requests = 200});
  const RateRule rule{.requests = 10, .window = std::chrono::hours(1)};
  const Time now = Clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < kTries; ++j)
        (void)limiter.take(std::to_string(i * kTries + j), rule, now);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(limiter.keys(), 50U);
}

}  // namespace
}  // namespace patchbay::access
