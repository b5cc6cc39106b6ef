#include "core/documents/table_chunks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto kEncoding = tokens::Encoding::kO200k;

std::vector<std::string> cut(std::string_view text, const ChunkRules& rules) {
  return table_chunks_of(text, rules, kEncoding);
}

std::string rows(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "planet " + std::to_string(i) + "," + std::to_string(i * 7) + "\n";
  return text;
}

TEST(TableChunks, EachBeginsWithTheHeader) {
  const auto chunks = cut("name,moons\n" + rows(60), {.tokens = 40, .overlap = 0});
  ASSERT_GT(chunks.size(), 3U);
  std::string all;
  for (const std::string& chunk : chunks) {
    EXPECT_THAT(chunk, StartsWith("name,moons\nplanet "));
    EXPECT_LE(tokens::count(kEncoding, chunk).tokens, 40 + 2);
    all += chunk.substr(chunk.find('\n') + 1) + "\n";
  }
  EXPECT_EQ(all, rows(60)) << "each row once, in its order";
}

TEST(TableChunks, AShortOneIsWhole) {
  EXPECT_THAT(cut("\na,b\n1,2\n", {}), ElementsAre("a,b\n1,2"));
  EXPECT_THAT(cut("a,b", {}), ElementsAre("a,b"));
  EXPECT_THAT(cut("a,b\n\n", {}), ElementsAre("a,b"));
  EXPECT_THAT(cut(" \n", {}), IsEmpty());
}

TEST(TableChunks, AHeaderMayHaveLinesInQuotes) {
  const std::string header = "name,\"moons\n(known)\"";
  for (const std::string& chunk : cut(header + "\n" + rows(60), {.tokens = 60, .overlap = 5}))
    EXPECT_THAT(chunk, StartsWith(header + "\nplanet"));
}

TEST(TableChunks, AHeaderThatTakesTooMuchIsNotRepeated) {
  std::string header = "column_0";
  for (int i = 1; i < 40; ++i)
    header += ",column_" + std::to_string(i);
  const auto chunks = cut(header + "\n" + rows(60), {.tokens = 40, .overlap = 0});
  ASSERT_GT(chunks.size(), 3U);
  EXPECT_THAT(chunks.back(), Not(StartsWith("column_0")));
  EXPECT_THAT(chunks.back(), EndsWith("planet 59,413"));
  const auto unclosed = cut("name,\"moons\n" + rows(60), {.tokens = 40, .overlap = 0});
  EXPECT_THAT(unclosed.back(), Not(StartsWith("name,")));
}

TEST(TableChunks, AreOfTables) {
  EXPECT_TRUE(is_table("text/csv"));
  EXPECT_TRUE(is_table("text/tab-separated-values"));
  EXPECT_FALSE(is_table("text/plain"));
}

}  // namespace
}  // namespace patchbay::documents
