#include "core/conversations/answer_record.hpp"

#include <gtest/gtest.h>

#include "tests/support/event_builder.hpp"

namespace patchbay::conversations {
namespace {

using test::event;
using test::meta;
using test::text;
using test::tool;
using test::usage;

pbay_ev_image image_at(std::string_view url, std::string_view revised) {
  auto made = event<pbay_ev_image>(PBAY_EV_IMAGE);
  made.kind = PBAY_DATA_URL;
  made.partial = -1;
  made.data = chat::as_bytes(url);
  made.revised_prompt = chat::as_str(revised);
  return made;
}

TEST(AnswerRecord, JoinsTheTextOfTheFirstChoice) {
  AnswerRecord record;
  record.take(text(PBAY_EV_TEXT, "Hel").h);
  record.take(text(PBAY_EV_TEXT, "another", 1).h);
  record.take(text(PBAY_EV_TEXT, "lo").h);
  EXPECT_EQ(record.text(), "Hello");
  EXPECT_EQ(record.parts(), "");
}

TEST(AnswerRecord, UnescapesTextThatCameAsTheInsideOfAString) {
  AnswerRecord record;
  auto escaped = text(PBAY_EV_TEXT, R"(a\nb \"c\" \ud83d)");
  escaped.h.flags = PBAY_EVF_ESCAPED;
  record.take(escaped.h);
  auto rest = text(PBAY_EV_TEXT, R"(\ude00)");
  rest.h.flags = PBAY_EVF_ESCAPED;
  record.take(rest.h);
  EXPECT_EQ(record.text(), "a\nb \"c\" \xF0\x9F\x98\x80");
}

TEST(AnswerRecord, TellsReasoningAndToolsAsParts) {
  AnswerRecord record;
  record.take(text(PBAY_EV_REASONING, "Hm. ").h);
  record.take(text(PBAY_EV_TEXT, "So: ").h);
  record.take(tool("call_1", "look", 2).h);
  record.take(text(PBAY_EV_TOOL_ARGS, R"({"at":)", 0, 2).h);
  record.take(text(PBAY_EV_TOOL_ARGS, "1}", 0, 2).h);
  record.tool_result("call_1", R"({"seen":true})");
  EXPECT_EQ(record.text(), "So: ");
  EXPECT_EQ(record.parts(),
            R"([{"type":"reasoning","text":"Hm. "},{"type":"text","text":"So: "},)"
            R"({"type":"tool_call","id":"call_1","name":"look","arguments":"{\"at\":1}"},)"
            R"({"type":"tool_result","id":"call_1","result":{"seen":true}}])");
}

TEST(AnswerRecord, ForgetsAnImageThatCouldNotBeKept) {
  AnswerRecord record;
  record.take(image_at("http://h/files/1", "").h);
  record.take(image_at("http://h/files/2", "").h);
  record.next_step();
  record.drop_image("http://h/files/1");
  EXPECT_EQ(record.text(), "![Generated Image](http://h/files/2)");
  record.drop_image("http://h/files/2");
  EXPECT_EQ(record.text(), "");
  EXPECT_EQ(record.parts(), "");
  EXPECT_TRUE(record.empty());
}

TEST(AnswerRecord, ShowsAnImageInTheTextAndAsAPart) {
  AnswerRecord record;
  record.take(image_at("http://h/files/1", "a red fox").h);
  EXPECT_EQ(record.text(), "![Generated Image](http://h/files/1)\n\n*Revised prompt: a red fox*");
  EXPECT_EQ(record.parts(),
            R"([{"type":"image","url":"http://h/files/1","revised_prompt":"a red fox"}])");
}

TEST(AnswerRecord, KeepsNothingThatADatabaseWouldRefuse) {
  AnswerRecord record;
  record.take(text(PBAY_EV_TEXT, std::string_view("a\0b\xFF", 4)).h);
  EXPECT_EQ(record.text(),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(AnswerRecord, KnowsModelAndUsage) {
  AnswerRecord record;
  record.take(meta("id", "model-7", 1).h);
  record.take(usage(3, 4).h);
  EXPECT_EQ(record.model(), "model-7");
  EXPECT_EQ(record.usage().input, 3);
  EXPECT_EQ(record.usage().output, 4);
  EXPECT_TRUE(record.empty());
}

}  // namespace
}  // namespace patchbay::conversations
