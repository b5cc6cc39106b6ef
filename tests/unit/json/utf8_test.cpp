#include "core/json/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::json {
namespace {

TEST(JsonUtf8, FindsTheFirstBrokenCharacter) {
  EXPECT_EQ(first_invalid_utf8(""), std::string_view::npos);
  EXPECT_EQ(first_invalid_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), std::string_view::npos);
  EXPECT_EQ(first_invalid_utf8("ab\x80"), 2U);
  EXPECT_EQ(first_invalid_utf8("\xC3"), 0U);
  EXPECT_EQ(first_invalid_utf8("\xC3\xA9\xE2\x82"), 2U);
  EXPECT_EQ(first_invalid_utf8("a\xE2\x82z"), 1U);
}

// Two implementations of one rule: the vectorised one, and the one that knows the place.
TEST(JsonUtf8, AgreesWithItselfOnEveryShortSequence) {
  const unsigned char bytes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
                                 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
  std::string text(4, '\0');
  for (const unsigned char a : bytes) {
    for (const unsigned char b : bytes) {
      for (const unsigned char c : bytes) {
        for (const unsigned char d : bytes) {
          text[0] = static_cast<char>(a);
          text[1] = static_cast<char>(b);
          text[2] = static_cast<char>(c);
          text[3] = static_cast<char>(d);
          ASSERT_EQ(is_valid_utf8(text), first_invalid_utf8(text) == std::string_view::npos)
              << int(a) << ' ' << int(b) << ' ' << int(c) << ' ' << int(d);
        }
      }
    }
  }
}

TEST(JsonUtf8, StepsOverWhatCouldHaveBeenOneCharacter) {
  EXPECT_EQ(utf8_step("\xF0\x9F\x98x", 0).length, 3U);
  EXPECT_EQ(utf8_step("\xF0\x80\x80", 0).length, 1U) << "no character starts like that";
  EXPECT_EQ(utf8_step("\xFF", 0).length, 1U);
}

}  // namespace
}  // namespace patchbay::json
