#include "core/streams/kept_log.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::streams {
namespace {

using Next = KeptLog::Next;

std::string line(std::uint64_t number) {
  return "line " + std::to_string(number) + "\n";
}

class Counter final : public Waker {
 public:
  void wake() override { ++times; }
  int times = 0;
};

class KeptLogTest : public testing::Test {
 protected:
  static Description description() { return {.id = "id", .owner = "local", .lines = true}; }

  // All from `from` on, taken in pieces of about `bytes`; checks that the numbers have no gap.
  static std::string read_all(KeptLog& log, std::uint64_t from, std::size_t bytes) {
    std::string all;
    KeptLog::Piece piece;
    while (log.take(from, bytes, piece, nullptr) == Next::kFrames) {
      EXPECT_EQ(piece.first, from);
      EXPECT_GE(piece.last, piece.first);
      all += piece.frames;
      from = piece.last + 1;
    }
    return all;
  }

  std::atomic<std::size_t> total_{0};
};

TEST_F(KeptLogTest, GivesTheFramesAfterANumberInPiecesOfAnySize) {
  KeptLog log(description(), 1024 * 1024, total_);
  std::string all;
  for (std::uint64_t i = 1; i <= 2'000; ++i) {
    log.append(line(i));
    all += line(i);
  }
  for (const std::size_t bytes : {1U, 10U, 100U, 4096U, 1'000'000U})
    EXPECT_EQ(read_all(log, 1, bytes), all) << bytes;
  for (const std::uint64_t from : {2U, 511U, 512U, 1'999U, 2'000U}) {
    const std::string rest = all.substr(all.find(line(from)));
    EXPECT_EQ(read_all(log, from, 1'000), rest) << from;
  }
  EXPECT_EQ(read_all(log, 2'001, 1'000), "");
}

TEST_F(KeptLogTest, CountsSeveralFramesOfOneAppend) {
  KeptLog log(description(), 1024, total_);
  log.append("a\nb\nc\nhalf");
  KeptLog::Piece piece;
  ASSERT_EQ(log.take(2, 100, piece, nullptr), Next::kFrames);
  EXPECT_EQ(piece.first, 2U);
  EXPECT_EQ(piece.last, 4U);
  EXPECT_EQ(piece.frames, "b\nc\nhalf");
}

TEST_F(KeptLogTest, ForgetsItsOldestFramesAndSaysSo) {
  constexpr std::size_t kBytes = 4'000;
  KeptLog log(description(), kBytes, total_);
  for (std::uint64_t i = 1; i <= 5'000; ++i)
    log.append(line(i));
  KeptLog::Piece piece;
  EXPECT_EQ(log.take(1, 100, piece, nullptr), Next::kGone);
  const std::uint64_t oldest = piece.first_kept;
  EXPECT_GT(oldest, 1U);
  EXPECT_EQ(log.take(oldest - 1, 100, piece, nullptr), Next::kGone);
  const std::string kept = read_all(log, oldest, 512);
  EXPECT_TRUE(kept.starts_with(line(oldest)));
  EXPECT_TRUE(kept.ends_with(line(5'000)));
  EXPECT_LE(kept.size(), kBytes);
  EXPECT_GT(kept.size(), kBytes / 2) << "what fits should be kept";
}

TEST_F(KeptLogTest, AFrameOverTheBoundIsForgottenAtOnce) {
  KeptLog log(description(), 1'000, total_);
  log.append("a\n");
  log.append(std::string(5'000, 'x') + "\n");
  KeptLog::Piece piece;
  EXPECT_EQ(log.take(2, 100, piece, nullptr), Next::kGone);
  EXPECT_EQ(piece.first_kept, 3U);
  log.append("c\n");
  ASSERT_EQ(log.take(3, 100, piece, nullptr), Next::kFrames);
  EXPECT_EQ(piece.frames, "c\n");
}

TEST_F(KeptLogTest, EndsAfterItsLastFrame) {
  KeptLog log(description(), 1'000, total_);
  KeptLog::Piece piece;
  EXPECT_EQ(log.take(1, 100, piece, nullptr), Next::kNothing);
  log.append("a\n");
  log.finish();
  log.append("b\n");
  EXPECT_EQ(log.take(1, 100, piece, nullptr), Next::kFrames);
  EXPECT_EQ(piece.frames, "a\n");
  EXPECT_EQ(log.take(2, 100, piece, nullptr), Next::kEnd);
  EXPECT_EQ(log.take(99, 100, piece, nullptr), Next::kEnd);
  log.drop();
  EXPECT_EQ(log.take(1, 100, piece, nullptr), Next::kGone);
}

TEST_F(KeptLogTest, WakesOnceForEachTimeItLeftSomebodyWaiting) {
  KeptLog log(description(), 1'000, total_);
  const auto counter = std::make_shared<Counter>();
  KeptLog::Piece piece;
  ASSERT_EQ(log.take(1, 100, piece, counter), Next::kNothing);
  log.append("a\n");
  log.append("b\n");
  EXPECT_EQ(counter->times, 1);
  ASSERT_EQ(log.take(3, 100, piece, counter), Next::kNothing);
  log.forget(*counter);
  log.append("c\n");
  EXPECT_EQ(counter->times, 1);
  ASSERT_EQ(log.take(4, 100, piece, counter), Next::kNothing);
  log.finish();
  EXPECT_EQ(counter->times, 2);
}

TEST_F(KeptLogTest, CountsItsMemoryAndGivesItBack) {
  {
    KeptLog log(description(), 100'000, total_);
    EXPECT_FALSE(log.append(""));
    EXPECT_TRUE(log.append("a\n"));
    EXPECT_FALSE(log.append("b\n"));
    for (int i = 0; i < 1'000; ++i)
      log.append(std::string(99, 'x') + "\n");
    EXPECT_GE(total_, 96'000U);
    EXPECT_LE(total_, 130'000U);
    const std::size_t before = total_;
    log.shed();
    EXPECT_LT(total_, before);
  }
  EXPECT_EQ(total_, 0U);
}

}  // namespace
}  // namespace patchbay::streams
