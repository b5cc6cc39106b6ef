#include "core/access/memory_limiter.hpp"

#include <gtest/gtest.h>

namespace patchbay::access {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart{std::chrono::hours(1000)};

bool allowed(MemoryLimiter& limiter, const RateRule& rule, Time now, const char* key = "a") {
  return limiter.take(key, rule, now).allowed;
}

TEST(MemoryLimiter, AllowsSoManyInAWindow) {
  MemoryLimiter limiter;
  const RateRule rule{.requests = 3, .window = 60s};
  EXPECT_EQ(limiter.take("a", rule, kStart).remaining, 2);
  EXPECT_EQ(limiter.take("a", rule, kStart + 10s).remaining, 1);
  const Verdict last = limiter.take("a", rule, kStart + 20s);
  EXPECT_TRUE(last.allowed);
  EXPECT_EQ(last.limit, 3);
  EXPECT_EQ(last.remaining, 0);
  EXPECT_EQ(last.reset, 40s) << "when the first one leaves the window";
  const Verdict refused = limiter.take("a", rule, kStart + 30s);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.reset, 30s);
}

TEST(MemoryLimiter, SlidesInsteadOfBeginningAnew) {
  MemoryLimiter limiter;
  const RateRule rule{.requests = 2, .window = 60s};
  EXPECT_TRUE(allowed(limiter, rule, kStart + 50s));
  EXPECT_TRUE(allowed(limiter, rule, kStart + 59s));
  EXPECT_FALSE(allowed(limiter, rule, kStart + 61s)) << "another minute, the same span of 60 s";
  EXPECT_FALSE(allowed(limiter, rule, kStart + 110s - 1ms));
  EXPECT_TRUE(allowed(limiter, rule, kStart + 110s));
  EXPECT_FALSE(allowed(limiter, rule, kStart + 118s));
  EXPECT_TRUE(allowed(limiter, rule, kStart + 119s));
}

TEST(MemoryLimiter, DoesNotCountWhatItRefuses) {
  MemoryLimiter limiter;
  const RateRule rule{.requests = 1, .window = 10s};
  EXPECT_TRUE(allowed(limiter, rule, kStart));
  for (int i = 1; i < 100; ++i)
    EXPECT_FALSE(allowed(limiter, rule, kStart + i * 100ms));
  EXPECT_TRUE(allowed(limiter, rule, kStart + 10s));
}

TEST(MemoryLimiter, CountsEachKeyAlone) {
  MemoryLimiter limiter;
  const RateRule rule{.requests = 1, .window = 10s};
  EXPECT_TRUE(allowed(limiter, rule, kStart, "a"));
  EXPECT_TRUE(allowed(limiter, rule, kStart, "b"));
  EXPECT_FALSE(allowed(limiter, rule, kStart, "a"));
}

TEST(MemoryLimiter, NeverAllowsMoreThanTheLimitInAnySpan) {
  MemoryLimiter limiter;
  const RateRule rule{.requests = 7, .window = 1s};
  std::vector<Time> passed;
  unsigned dice = 1;
  Time now = kStart;
  for (int i = 0; i < 5'000; ++i) {
    dice = dice * 1'664'525 + 1'013'904'223;
    now += std::chrono::milliseconds(dice >> 25);
    if (allowed(limiter, rule, now)) passed.push_back(now);
  }
  ASSERT_GT(passed.size(), 1'000U);
  for (std::size_t i = 7; i < passed.size(); ++i)
    EXPECT_GE(passed[i] - passed[i - 7], 1s);
}

TEST(MemoryLimiter, TakesANewRuleAtOnce) {
  MemoryLimiter limiter;
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(allowed(limiter, {.requests = 5, .window = 60s}, kStart + i * 1s));
  const Verdict lower = limiter.take("a", {.requests = 2, .window = 60s}, kStart + 5s);
  EXPECT_FALSE(lower.allowed);
  EXPECT_EQ(lower.remaining, 0);
  EXPECT_EQ(lower.reset, 58s) << "four of the five must leave";
  EXPECT_TRUE(allowed(limiter, {.requests = 6, .window = 60s}, kStart + 5s));
}

TEST(MemoryLimiter, ForgetsWhoHasNotAskedForLongest) {
  MemoryLimiter limiter({.keys = 2, .requests = 1'000});
  const RateRule rule{.requests = 1, .window = 60s};
  EXPECT_TRUE(allowed(limiter, rule, kStart, "a"));
  EXPECT_TRUE(allowed(limiter, rule, kStart, "b"));
  EXPECT_FALSE(allowed(limiter, rule, kStart, "a"));
  EXPECT_TRUE(allowed(limiter, rule, kStart, "c"));
  EXPECT_EQ(limiter.keys(), 2U);
  EXPECT_FALSE(allowed(limiter, rule, kStart, "a"));
  EXPECT_TRUE(allowed(limiter, rule, kStart, "b")) << "forgotten for c";
}

TEST(MemoryLimiter, IsBoundedInRequestsToo) {
  MemoryLimiter limiter({.keys = 1'000, .requests = 10});
  const RateRule rule{.requests = 6, .window = 60s};
  for (int i = 0; i < 6; ++i)
    EXPECT_TRUE(allowed(limiter, rule, kStart, "a"));
  for (int i = 0; i < 6; ++i)
    EXPECT_TRUE(allowed(limiter, rule, kStart, "b"));
  EXPECT_EQ(limiter.keys(), 1U);
  EXPECT_FALSE(allowed(limiter, rule, kStart, "b")) << "whoever is asking is not forgotten";
}

TEST(MemoryLimiter, ForgetsWhoIsInNoWindow) {
  MemoryLimiter limiter;
  const RateRule rule{.requests = 1, .window = 60s};
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(allowed(limiter, rule, kStart, std::to_string(i).c_str()));
  for (int i = 0; i < 60; ++i)
    (void)allowed(limiter, rule, kStart + 61s, "z");
  EXPECT_EQ(limiter.keys(), 1U);
}

}  // namespace
}  // namespace patchbay::access
