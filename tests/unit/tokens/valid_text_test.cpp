#include "core/tokens/valid_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::tokens {
namespace {

constexpr const char* kMark = "\xef\xbf\xbd";

TEST(ValidText, WholeCharactersAre) {
  for (const std::string text :
       {"", "plain", "12345678é", "漢字 and 👍", "\x7f\xc2\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_valid_text(text)) << text;
    EXPECT_EQ(mended_text(text), text);
  }
  EXPECT_TRUE(is_valid_text(std::string(20, '\0')));
}

TEST(ValidText, OneMarkForEachBeginningOfACharacter) {
  const std::string mark = kMark;
  // A lone continuation, a truncated character, an overlong one, a surrogate, one too large.
  EXPECT_EQ(mended_text("a\x80z"), "a" + mark + "z");
  EXPECT_EQ(mended_text("a\xe6\xbcz"), "a" + mark + "z");
  EXPECT_EQ(mended_text("\xf0\x9f\x91"), mark);
  EXPECT_EQ(mended_text("\xc0\xaf"), mark + mark);
  EXPECT_EQ(mended_text("\xed\xa0\x80"), mark + mark + mark);
  EXPECT_EQ(mended_text("\xf4\x90\x80\x80"), mark + mark + mark + mark);
  EXPECT_EQ(mended_text("\xff"), mark);
  for (const char* text :
       {"a\x80z", "12345678\xe6\xbc", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(is_valid_text(text));
    EXPECT_TRUE(is_valid_text(mended_text(text)));
  }
}

}  // namespace
}  // namespace patchbay::tokens
