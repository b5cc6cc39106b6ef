#include "core/json/unescape.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::json {
namespace {

std::string unescaped(std::string_view raw) {
  std::string out = "> ";
  append_unescaped(out, raw);
  return out;
}

TEST(JsonUnescape, TurnsEscapesIntoWhatTheyStandFor) {
  EXPECT_EQ(unescaped(""), "> ");
  EXPECT_EQ(unescaped("plain"), "> plain");
  EXPECT_EQ(unescaped(R"(\"\\\/\b\f\n\r\t)"), "> \"\\/\b\f\n\r\t");
  EXPECT_EQ(unescaped(R"(a\u0041b)"), "> aAb");
  EXPECT_EQ(unescaped(R"(\u007f\u0080\u07ff\u0800\uffff)"),
            "> \x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF");
  EXPECT_EQ(unescaped(R"(\ud83d\ude00\uD83D\uDE00)"), "> \xF0\x9F\x98\x80\xF0\x9F\x98\x80");
  EXPECT_EQ(unescaped(R"(\u0000)"), std::string("> \0", 3));
  EXPECT_EQ(unescaped("\xC3\xA9"), "> \xC3\xA9");
}

TEST(JsonUnescape, ReplacesHalfASurrogatePair) {
  EXPECT_EQ(unescaped(R"(\udc00)"), "> \xEF\xBF\xBD");
  EXPECT_EQ(unescaped(R"(\ud800)"), "> \xEF\xBF\xBD");
  EXPECT_EQ(unescaped(R"(\ud800x)"), "> \xEF\xBF\xBDx");
  EXPECT_EQ(unescaped(R"(\ud800\u0041)"),
            "> \xEF\xBF\xBD"
            "A");
  EXPECT_EQ(unescaped(R"(\ud800\ud83d\ude00)"), "> \xEF\xBF\xBD\xF0\x9F\x98\x80");
}

}  // namespace
}  // namespace patchbay::json
