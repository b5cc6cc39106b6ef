#include "core/dialects/line_text.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/json/value.hpp"

namespace patchbay::dialects {
namespace {

std::string line_json(std::string_view json) {
  std::string out;
  append_line_json(out, json);
  return out;
}

TEST(LineText, EscapesSeparatorsWhereverTheyStand) {
  std::string out;
  append_line_string(out, "\xE2\x80\xA8 a \xE2\x80\xA9\xC2\x85");
  EXPECT_EQ(out, R"("\u2028 a \u2029\u0085")");
}

TEST(LineText, KeepsCharactersThatBeginLikeSeparators) {
  std::string out;
  append_line_string(out, "\xE2\x80\xA6 \xC2\xA9 \xE2\x82\xAC");
  EXPECT_EQ(out, "\"\xE2\x80\xA6 \xC2\xA9 \xE2\x82\xAC\"");
}

TEST(LineText, MendsBrokenUtf8AtTheEnd) {
  std::string out;
  append_line_string(out, "a\xE2\x80");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\"");
}

TEST(LineText, PutsJsonIntoOneLineWithoutChangingWhatItMeans) {
  const std::string pretty = "{\r\n\t\"a\": [1.50,\n 2],\n \"b\xE2\x80\xA8\": \"\\n\"\n}";
  const std::string line = line_json(pretty);
  EXPECT_EQ(line.find_first_of("\r\n\t"), std::string::npos);
  const auto value = json::parse(line);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->find("a")->items()[0].as_number(), "1.50");
  EXPECT_EQ(value->find("b\xE2\x80\xA8")->as_string(), "\n");
}

class Joined {
 public:
  std::string add(std::string_view text,
                  std::uint32_t item = 0,
                  std::uint32_t flags = PBAY_EVF_ESCAPED) {
    const pbay_event event{sizeof(pbay_event), PBAY_EV_TEXT, flags, 0, 0, item};
    return std::string(joiner_.whole(event, text));
  }

 private:
  PairJoiner joiner_;
};

TEST(PairJoiner, KeepsHalfOfAPairForTheNextPiece) {
  Joined joined;
  EXPECT_EQ(joined.add(R"(a\ud83d)"), "a");
  EXPECT_EQ(joined.add(R"(\ude00b\uD83D)"), R"(\ud83d\ude00b)");
  EXPECT_EQ(joined.add(R"(\uDE00)"), R"(\uD83D\uDE00)");
  EXPECT_EQ(joined.add("c"), "c");
}

TEST(PairJoiner, LeavesWhatIsNoHalf) {
  Joined joined;
  for (const char* text : {R"(\\ud83d)", R"(a\\\\ud83d)", R"(\ude00)", R"(\u00e9)", "ud83d", ""}) {
    EXPECT_EQ(joined.add(text), text);
    EXPECT_EQ(joined.add(""), "");
  }
  EXPECT_EQ(joined.add(R"(\ud83d)", 0, 0), R"(\ud83d)");
}

TEST(PairJoiner, DropsAHalfWhoseTextDidNotGoOn) {
  Joined joined;
  EXPECT_EQ(joined.add(R"(a\ud83d)"), "a");
  EXPECT_EQ(joined.add("b", 1), "b");
  EXPECT_EQ(joined.add(R"(\ude00)"), R"(\ude00)");
  EXPECT_EQ(joined.add(R"(\ud83d)"), "");
  EXPECT_EQ(joined.add("c"), "c");
}

}  // namespace
}  // namespace patchbay::dialects
