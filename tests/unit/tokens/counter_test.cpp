#include "core/tokens/counter.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace patchbay::tokens {
namespace {

std::int64_t o200k(std::string_view text) {
  return count(Encoding::kO200k, text).tokens;
}
std::int64_t cl100k(std::string_view text) {
  return count(Encoding::kCl100k, text).tokens;
}

TEST(Count, KnownTexts) {
  EXPECT_EQ(o200k(""), 0);
  EXPECT_EQ(o200k("a"), 1);
  EXPECT_EQ(o200k("Hello, world!"), 4);
  EXPECT_EQ(cl100k("Hello, world!"), 4);
  EXPECT_EQ(o200k("The quick brown fox jumps over the lazy dog."), 10);
  EXPECT_EQ(cl100k("The quick brown fox jumps over the lazy dog."), 10);
  // Where the two differ.
  EXPECT_EQ(o200k("我能吞下玻璃而不伤身体。"), 11);
  EXPECT_EQ(cl100k("我能吞下玻璃而不伤身体。"), 17);
}

TEST(Count, WhatItIsWorth) {
  EXPECT_FALSE(count(Encoding::kO200k, "Hello, world!").estimated);
  EXPECT_FALSE(count(Encoding::kCl100k, "Hello, world!").estimated);
  const Count guessed = count(Encoding::kEstimate, "Hello, world!");
  EXPECT_TRUE(guessed.estimated);
  EXPECT_EQ(guessed.tokens, 4);
}

TEST(Count, MarksOfSpecialTokensAreText) {
  EXPECT_GT(o200k("<|endoftext|>"), 1);
  EXPECT_GT(cl100k("<|endoftext|>"), 1);
}

TEST(Count, AVeryLongRunIsCutAndSaysSo) {
  for (const char* unit : {"a", "A", " ", "=", "\n", "\xcc\x81", "漢", "👍", "ab9"}) {
    std::string text;
    while (text.size() < 1'000'000)
      text += unit;
    const Count counted = count(Encoding::kO200k, text);
    EXPECT_GT(counted.tokens, 1'000'000 / 200) << unit;
    EXPECT_LE(counted.tokens, 1'000'000) << unit;
    EXPECT_EQ(counted.estimated, unit != std::string("ab9")) << unit;
  }
}

TEST(Count, ALongRunBelowTheBoundIsExact) {
  EXPECT_FALSE(count(Encoding::kO200k, std::string(4000, 'a')).estimated);
  EXPECT_EQ(o200k(std::string(4000, 'a')), 500);
  EXPECT_EQ(cl100k(std::string(4000, 'a')), 500);
}

TEST(Count, TextAroundACutCountsAsEver) {
  const std::string words = " The quick brown fox";
  const Count both = count(Encoding::kO200k, std::string(1'000'000, '-') + words);
  EXPECT_EQ(both.tokens - o200k(std::string(1'000'000, '-')), o200k(words));
}

TEST(Count, BytesThatAreNoTextAreMendedAndMarked) {
  const Count broken = count(Encoding::kO200k, "abc \xff\xfe def \xe6\xbc");
  EXPECT_TRUE(broken.estimated);
  EXPECT_EQ(broken.tokens, o200k("abc \xef\xbf\xbd\xef\xbf\xbd def \xef\xbf\xbd"));
  const std::string nul("a\0b\0\0", 5);
  EXPECT_FALSE(count(Encoding::kO200k, nul).estimated);
  EXPECT_GE(o200k(nul), 4);
}

TEST(Count, AnyBytesGiveAtMostOneTokenForEach) {
  std::mt19937 dice(7);
  for (int round = 0; round < 300; ++round) {
    std::string text(dice() % 200, ' ');
    for (char& c : text)
      c = static_cast<char>(dice() % 256);
    // A byte that is no text becomes a mark of three bytes.
    EXPECT_LE(o200k(text), static_cast<std::int64_t>(3 * text.size()));
  }
}

}  // namespace
}  // namespace patchbay::tokens
