// The first count of an encoding makes its ranks ready, whoever asks for it.

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/tokens/counter.hpp"

namespace patchbay::tokens {
namespace {

TEST(Count, FromManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::int64_t> counted(4);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    threads.emplace_back([&counted, i] {
      for (int round = 0; round < 20; ++round)
        counted[i] += count(Encoding::kCl100k, std::string(100, 'x') + " hello").tokens;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const std::int64_t sum : counted)
    EXPECT_EQ(sum, counted.front());
}

}  // namespace
}  // namespace patchbay::tokens
