#include "core/access/failed_logins.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::access {
namespace {

using namespace std::chrono_literals;

const Time kStart = Clock::now();
const RateRule kRule{.requests = 3, .window = 60s};

TEST(FailedLogins, HoldsAnAddressOffAfterTheLastThatIsAllowed) {
  FailedLogins logins;
  EXPECT_FALSE(logins.any());
  EXPECT_FALSE(logins.count("a", kRule, kStart));
  EXPECT_FALSE(logins.count("a", kRule, kStart + 10s));
  EXPECT_EQ(logins.wait("a", kStart + 10s), 0ms);
  EXPECT_FALSE(logins.any());
  EXPECT_TRUE(logins.count("a", kRule, kStart + 20s)) << "begins now";
  EXPECT_TRUE(logins.any());
  EXPECT_EQ(logins.wait("a", kStart + 20s), 40s) << "until the first leaves the window";
  EXPECT_EQ(logins.wait("b", kStart + 20s), 0ms) << "nobody else";
}

TEST(FailedLogins, LetsTryAgainAsTheWindowSlides) {
  FailedLogins logins;
  for (const Time at : {kStart, kStart + 1s, kStart + 2s})
    logins.count("a", kRule, at);
  EXPECT_EQ(logins.wait("a", kStart + 61s), 0ms);
  EXPECT_FALSE(logins.any()) << "nobody is left";
  EXPECT_FALSE(logins.count("a", kRule, kStart + 61s)) << "another one has left as well";
  EXPECT_TRUE(logins.count("a", kRule, kStart + 61s));
  EXPECT_EQ(logins.wait("a", kStart + 61s), 1s);
}

TEST(FailedLogins, TellsOnceThatSomebodyIsHeldOff) {
  FailedLogins logins;
  const Verdict none_left{.allowed = false, .limit = 3, .remaining = 0, .reset = 30s};
  EXPECT_TRUE(logins.hold("a", none_left, kStart));
  EXPECT_FALSE(logins.hold("a", none_left, kStart + 1s)) << "it goes on";
  EXPECT_EQ(logins.wait("a", kStart + 1s), 30s);
  EXPECT_TRUE(logins.hold("a", none_left, kStart + 40s)) << "it begins again";
  const Verdict some_left{.allowed = true, .limit = 3, .remaining = 1, .reset = 30s};
  EXPECT_FALSE(logins.hold("b", some_left, kStart));
  EXPECT_EQ(logins.wait("b", kStart), 0ms);
}

TEST(FailedLogins, RemembersNoMoreThanItsBound) {
  FailedLogins logins(10);
  for (int i = 0; i < 50; ++i)
    logins.hold(
        "a" + std::to_string(i), {.remaining = 0, .reset = std::chrono::seconds(100 + i)}, kStart);
  int held = 0;
  for (int i = 0; i < 50; ++i)
    held += logins.wait("a" + std::to_string(i), kStart) > 0ms ? 1 : 0;
  EXPECT_EQ(held, 10);
  EXPECT_GT(logins.wait("a49", kStart), 0ms) << "who has longest to wait stays";
}

}  // namespace
}  // namespace patchbay::access
