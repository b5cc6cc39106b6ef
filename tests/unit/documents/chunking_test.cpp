#include "core/documents/chunking.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json/utf8.hpp"

namespace patchbay::documents {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kEncoding = tokens::Encoding::kO200k;

std::vector<std::string_view> cut(std::string_view text, const ChunkRules& rules) {
  return chunks_of(text, rules, kEncoding);
}

std::string sentences(int count, const std::string& between = " ") {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "This is sentence number " + std::to_string(i) + "." + between;
  return text;
}

// Every byte that is no blank is in some chunk, and the chunks go forward.
void expect_all_of(std::string_view text, const std::vector<std::string_view>& chunks) {
  std::size_t covered = 0;
  const char* before = nullptr;
  for (const std::string_view chunk : chunks) {
    ASSERT_FALSE(chunk.empty());
    EXPECT_TRUE(json::is_valid_utf8(chunk));
    EXPECT_TRUE(before == nullptr || chunk.data() > before);
    before = chunk.data();
    const auto begin = static_cast<std::size_t>(chunk.data() - text.data());
    if (begin > covered) {
      EXPECT_EQ(text.substr(covered, begin - covered).find_first_not_of(" \t\n"),
                std::string_view::npos);
    }
    EXPECT_GT(begin + chunk.size(), covered);
    covered = begin + chunk.size();
  }
  EXPECT_EQ(text.substr(covered).find_first_not_of(" \t\n"), std::string_view::npos);
}

TEST(Chunking, LeavesAShortTextWhole) {
  EXPECT_THAT(cut("  Just this.\n\nAnd that.\n", {}), ElementsAre("Just this.\n\nAnd that."));
  EXPECT_THAT(cut(" \n\t ", {}), IsEmpty());
  EXPECT_THAT(cut("", {}), IsEmpty());
}

TEST(Chunking, CutsAtSentencesAndRepeatsSome) {
  const std::string text = sentences(40);
  const auto chunks = cut(text, {.tokens = 50, .overlap = 10});
  ASSERT_GT(chunks.size(), 4U);
  expect_all_of(text, chunks);
  for (const std::string_view chunk : chunks) {
    EXPECT_TRUE(chunk.starts_with("This is")) << chunk;
    EXPECT_TRUE(chunk.ends_with(".")) << chunk;
    EXPECT_LE(tokens::count(kEncoding, chunk).tokens, 50);
  }
  for (std::size_t i = 1; i < chunks.size(); ++i)
    EXPECT_LT(chunks[i].data(), chunks[i - 1].data() + chunks[i - 1].size());
}

TEST(Chunking, RepeatsNothingWhereNothingIsToBeRepeated) {
  const std::string text = sentences(40);
  const auto chunks = cut(text, {.tokens = 50, .overlap = 0});
  expect_all_of(text, chunks);
  for (std::size_t i = 1; i < chunks.size(); ++i)
    EXPECT_GE(chunks[i].data(), chunks[i - 1].data() + chunks[i - 1].size());
}

TEST(Chunking, PrefersTheEndOfAParagraph) {
  const std::string first = sentences(5);
  const std::string text = first + "\n\n" + sentences(20);
  const auto chunks = cut(text, {.tokens = 50, .overlap = 0});
  ASSERT_GT(chunks.size(), 1U);
  EXPECT_EQ(chunks[0], first.substr(0, first.size() - 1));
}

TEST(Chunking, CutsLongSentencesAtWordsAndLongWordsAnywhere) {
  std::string words;
  for (int i = 0; i < 300; ++i)
    words += "word ";
  for (const std::string_view chunk : cut(words, {.tokens = 20, .overlap = 0})) {
    EXPECT_TRUE(chunk.starts_with("word") && chunk.ends_with("word")) << chunk;
    EXPECT_LE(tokens::count(kEncoding, chunk).tokens, 21);
  }
  std::string letters;
  for (int i = 0; i < 500; ++i)
    letters += "é語😀";
  const auto chunks = cut(letters, {.tokens = 20, .overlap = 0});
  EXPECT_GT(chunks.size(), 10U);
  expect_all_of(letters, chunks);
}

TEST(Chunking, GoesOnWithTheSmallestRules) {
  const std::string text = sentences(10) + "😀😀😀 " + std::string(50, 'x');
  for (const std::int64_t tokens : {1, 2, 3, 7}) {
    expect_all_of(text, cut(text, {.tokens = tokens, .overlap = tokens - 1}));
    expect_all_of(text, cut(text, {.tokens = tokens, .overlap = 0}));
  }
}

}  // namespace
}  // namespace patchbay::documents
