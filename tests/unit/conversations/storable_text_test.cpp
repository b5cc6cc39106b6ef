#include "core/conversations/storable_text.hpp"

#include <gtest/gtest.h>

namespace patchbay::conversations {
namespace {

TEST(StorableText, LeavesTextAlone) {
  EXPECT_EQ(storable("plain \"text\"\n"), "plain \"text\"\n");
  EXPECT_EQ(storable("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
}

TEST(StorableText, ReplacesWhatNoDatabaseTakes) {
  EXPECT_EQ(storable(std::string_view("\0x", 2)), "\xEF\xBF\xBDx");
  EXPECT_EQ(storable("\xC3("), "\xEF\xBF\xBD(");
}

TEST(TitleOf, IsTheFirstLineCutAtAWord) {
  EXPECT_EQ(title_of("\n  Hello there\nand more"), "Hello there");
  EXPECT_EQ(title_of("   "), "");
  const std::string longer = title_of(std::string(70, 'a') + " " + std::string(70, 'b'));
  EXPECT_EQ(longer, std::string(70, 'a') + "\xE2\x80\xA6");
}

TEST(TitleOf, NeverCutsACharacter) {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += "\xC3\xA9";
  const std::string title = title_of(text);
  EXPECT_EQ(title.size(), 80U + 3U);
  EXPECT_EQ(title.substr(0, 80), text.substr(0, 80));
}

}  // namespace
}  // namespace patchbay::conversations
