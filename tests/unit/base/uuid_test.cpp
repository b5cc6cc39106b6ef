#include "core/base/uuid.hpp"

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/clock.hpp"

namespace patchbay {
namespace {

TEST(Uuid, IsAVersion7UuidInLowerCase) {
  for (int i = 0; i < 1000; ++i) {
    const std::string id = make_uuid();
    ASSERT_EQ(id.size(), 36U);
    for (std::size_t at = 0; at < id.size(); ++at) {
      const bool hyphen = at == 8 || at == 13 || at == 18 || at == 23;
      const bool digit = std::string("0123456789abcdef").find(id[at]) != std::string::npos;
      ASSERT_TRUE(hyphen ? id[at] == '-' : digit) << id;
    }
    EXPECT_EQ(id[14], '7') << "version";
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << "variant of " << id;
  }
}

TEST(Uuid, BeginsWithTheTimeInMilliseconds) {
  const std::int64_t before = unix_ms();
  const std::string id = make_uuid();
  const std::int64_t after = unix_ms();
  const std::int64_t time = std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
  EXPECT_GE(time, before);
  EXPECT_LE(time, after + 1000) << "ids may run ahead of the clock a little, in a burst";
}

TEST(Uuid, IncreasesStrictlyWhicheverThreadsTakeTurns) {
  std::mutex turn;
  std::vector<std::string> in_order;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20'000; ++n) {
        const std::lock_guard mine(turn);
        in_order.push_back(make_uuid());
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (std::size_t at = 1; at < in_order.size(); ++at)
    ASSERT_LT(in_order[at - 1], in_order[at]) << "number " << at;
}

TEST(Uuid, IncreasesStrictlyWithinAThread) {
  std::string previous = make_uuid();
  for (int i = 0; i < 100'000; ++i) {
    std::string id = make_uuid();
    ASSERT_LT(previous, id);
    previous = std::move(id);
  }
}

TEST(Uuid, DiffersAcrossThreads) {
  std::mutex mutex;
  std::set<std::string> all;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      std::vector<std::string> own;
      for (int n = 0; n < 5000; ++n)
        own.push_back(make_uuid());
      const std::lock_guard lock(mutex);
      all.insert(own.begin(), own.end());
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(all.size(), 20'000U);
}

}  // namespace
}  // namespace patchbay
