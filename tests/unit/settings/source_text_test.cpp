#include "core/settings/source_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::settings {
namespace {

TEST(SourceText, CountsLinesAndCharactersFromOne) {
  const SourceText source("f", "a: 1\n\xC3\xA9\xE2\x82\xAC: x\n");
  const Origin first = source.at(0);
  EXPECT_EQ(first.line, 1);
  EXPECT_EQ(first.column, 1);
  const Origin x = source.at(source.text().find('x'));
  EXPECT_EQ(x.line, 2);
  EXPECT_EQ(x.column, 5) << "two characters of several bytes, a colon and a space stand before it";
}

TEST(SourceText, TakesEveryLineEndingAndNoByteOrderMark) {
  const SourceText source("f",
                          "\xEF\xBB\xBF"
                          "a\r\nb\rc\nd");
  EXPECT_EQ(source.text(), "a\nb\nc\nd");
  EXPECT_EQ(source.at(source.text().find('d')).line, 4);
}

TEST(SourceText, AcceptsTabsInTextButNotInIndentation) {
  Report fine;
  EXPECT_TRUE(SourceText("f", "a:\tb\n\t# a comment\n\t\n").check(fine));
  Report wrong;
  EXPECT_FALSE(SourceText("f", "a:\n  \tb: 1\n").check(wrong));
  ASSERT_EQ(wrong.problems().size(), 1U);
  EXPECT_EQ(wrong.problems()[0].origin.line, 2);
  EXPECT_EQ(wrong.problems()[0].origin.column, 3);
}

TEST(SourceText, RefusesATextThatIsTooLong) {
  Report report;
  EXPECT_FALSE(SourceText("f", std::string(kConfigBytesMax + 1, ' ')).check(report));
  EXPECT_TRUE(SourceText("f", std::string(kConfigBytesMax, ' ')).check(report));
}

TEST(Utf8, AcceptsEveryLengthAtItsLimits) {
  for (const char* text : {"",
                           "\x7F",
                           "\xC2\x80",
                           "\xDF\xBF",
                           "\xE0\xA0\x80",
                           "\xED\x9F\xBF",
                           "\xEE\x80\x80",
                           "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(find_invalid_utf8(text), std::string::npos) << text;
  }
}

TEST(Utf8, FindsTheFirstByteThatIsWrong) {
  for (const char* bad : {"\x80",
                          "\xC0\x80",
                          "\xC1\xBF",
                          "\xE0\x9F\xBF",
                          "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80",
                          "\xFF",
                          "\xC3",
                          "\xE2\x82",
                          "\xC3(",
                          "\xE2(\x82"}) {
    EXPECT_EQ(find_invalid_utf8(std::string("ok") + bad), 2U);
  }
}

}  // namespace
}  // namespace patchbay::settings
