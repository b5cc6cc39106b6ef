#include "core/dialects/json_lines/encoder.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects::json_lines {
namespace {

using test::event;
using test::finish;
using test::image;
using test::item_end;
using test::Lines;
using test::meta;
using test::split;
using test::text;
using test::tool;
using test::usage;
using Answer = test::Answer<Encoder>;

const std::string kDone = R"({"done":true,"message_id":"m1"})";

TEST(JsonLines, TellsTextAndTheEnd) {
  Answer answer;
  answer.add(meta("", "m", 0))
      .add(text(PBAY_EV_TEXT, "Hel\n"))
      .add(text(PBAY_EV_TEXT, "lo\xE2\x80\xA8"))
      .add(text(PBAY_EV_REFUSAL, "No.", 0, 1))
      .add(usage(1, 2))
      .add(finish(PBAY_FINISH_STOP));
  EXPECT_EQ(
      split(answer.finish(), "\n"),
      (Lines{
          R"({"content":"Hel\n"})", R"({"content":"lo\u2028"})", R"({"content":"No."})", kDone}));
  EXPECT_EQ(answer.encoder().usage().output, 2);
}

TEST(JsonLines, LeavesReasoningAndToolsOut) {
  Answer answer;
  answer.add(text(PBAY_EV_REASONING, "hm"))
      .add(tool("a", "f", 1))
      .add(text(PBAY_EV_TOOL_ARGS, "{}", 0, 1))
      .add(item_end(1));
  EXPECT_EQ(split(answer.finish(), "\n"), Lines{kDone});
}

TEST(JsonLines, ShowsImagesAsMarkdown) {
  Answer answer;
  answer.add(image(PBAY_DATA_URL, "https://x.example/i.png", "", "A cat"))
      .add(image(PBAY_DATA_BYTES, "ABC"));
  EXPECT_EQ(
      split(answer.finish(), "\n"),
      (Lines{
          R"j({"content":"![Generated Image](https://x.example/i.png)\n\n*Revised prompt: A cat*"})j",
          R"j({"content":"\n\n![Generated Image](data:image/png;base64,QUJD)"})j",
          kDone}));
}

TEST(JsonLines, EndsAtAnError) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hel"));
  EXPECT_EQ(split(answer.fail("it \"broke\""), "\n"),
            (Lines{R"({"content":"Hel"})", R"({"error":"it \"broke\""})"}));
}

TEST(JsonLines, SaysThatItsUserHadEnough) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hel"));
  answer.encoder().stopped(answer.out());
  EXPECT_EQ(split(answer.out(), "\n"), (Lines{R"({"content":"Hel"})", R"({"stopped":true})"}));
}

TEST(JsonLines, ShowsTheFirstChoiceOnly) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "second", 1));
  EXPECT_EQ(split(answer.finish(), "\n"), Lines{kDone});
}

TEST(JsonLines, TakesNoBytesOfAnotherDialect) {
  Answer answer;
  EXPECT_EQ(answer.status_of(event<pbay_ev_raw>(PBAY_EV_RAW)), PBAY_E_PROTOCOL);
}

TEST(JsonLines, KeepsAliveWithWhatIsNoLine) {
  EXPECT_EQ(Encoder({}).content_type(), "application/x-ndjson");
  EXPECT_EQ(Encoder({}).keep_alive(), " ");
}

}  // namespace
}  // namespace patchbay::dialects::json_lines
