#include "core/dialects/ui_message_stream/encoder.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects::ui_message_stream {
namespace {

using test::escaped;
using test::event;
using test::extra;
using test::finish;
using test::image;
using test::item_end;
using test::Lines;
using test::meta;
using test::signature;
using test::split;
using test::text;
using test::tool;
using test::usage;
using Answer = test::Answer<Encoder>;

// The objects of the stream; each must have come as an event of its own.
Lines objects(const std::string& out) {
  Lines found = split(out, "\n\n");
  for (std::string& one : found) {
    EXPECT_TRUE(one.starts_with("data: ")) << one;
    one.erase(0, 6);
  }
  return found;
}

Lines whole(Lines middle, const std::string& metadata = R"({"finishReason":"stop"})") {
  middle.insert(middle.begin(),
                {R"({"type":"start","messageId":"m1"})", R"({"type":"start-step"})"});
  middle.push_back(R"({"type":"finish-step"})");
  middle.push_back(R"({"type":"finish","messageMetadata":)" + metadata + "}");
  middle.push_back("[DONE]");
  return middle;
}

TEST(UiMessageStream, BracketsTextOfEachItem) {
  Answer answer;
  answer.add(meta("", "m", 0))
      .add(text(PBAY_EV_TEXT, "Hel"))
      .add(text(PBAY_EV_TEXT, "lo"))
      .add(item_end(0))
      .add(text(PBAY_EV_TEXT, "again", 0, 1))
      .add(usage(3, 4))
      .add(finish(PBAY_FINISH_STOP));
  EXPECT_EQ(objects(answer.finish()),
            whole({R"({"type":"text-start","id":"0"})",
                   R"({"type":"text-delta","id":"0","delta":"Hel"})",
                   R"({"type":"text-delta","id":"0","delta":"lo"})",
                   R"({"type":"text-end","id":"0"})",
                   R"({"type":"text-start","id":"1"})",
                   R"({"type":"text-delta","id":"1","delta":"again"})",
                   R"({"type":"text-end","id":"1"})"},
                  R"({"finishReason":"stop","usage":{"inputTokens":3,"outputTokens":4}})"));
}

TEST(UiMessageStream, TellsReasoningAndItsSignature) {
  Answer answer;
  answer.add(text(PBAY_EV_REASONING, "hm"))
      .add(signature("vendor.signature", "c2ln", 0))
      .add(item_end(0))
      .add(signature("vendor.redacted", "cmVk", 1))
      .add(item_end(1))
      .add(text(PBAY_EV_TEXT, "Hi", 0, 2));
  EXPECT_EQ(
      objects(answer.finish()),
      whole(
          {R"({"type":"reasoning-start","id":"0"})",
           R"({"type":"reasoning-delta","id":"0","delta":"hm"})",
           R"({"type":"reasoning-delta","id":"0","delta":"","providerMetadata":{"vendor":{"signature":"c2ln"}}})",
           R"({"type":"reasoning-end","id":"0"})",
           R"({"type":"reasoning-start","id":"1"})",
           R"({"type":"reasoning-delta","id":"1","delta":"","providerMetadata":{"vendor":{"redacted":"cmVk"}}})",
           R"({"type":"reasoning-end","id":"1"})",
           R"({"type":"text-start","id":"2"})",
           R"({"type":"text-delta","id":"2","delta":"Hi"})",
           R"({"type":"text-end","id":"2"})"}));
}

TEST(UiMessageStream, PutsTheSignatureOfATextToTheText) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hi")).add(signature("plain", "c2ln", 0));
  EXPECT_EQ(
      objects(answer.finish())[4],
      R"({"type":"text-delta","id":"0","delta":"","providerMetadata":{"plain":{"signature":"c2ln"}}})");
}

TEST(UiMessageStream, TellsToolCallsAndTheirResults) {
  Answer answer;
  answer.add(tool("call_1", "weather", 0))
      .add(text(PBAY_EV_TOOL_ARGS, "{\n\"city\":", 0, 0))
      .add(tool("call_2", "now", 1))
      .add(text(PBAY_EV_TOOL_ARGS, "\"Oslo\"}", 0, 0))
      .add(item_end(0))
      .add(item_end(1));
  answer.encoder().tool_result("call_2", "\"12:00\"", answer.out());
  EXPECT_EQ(
      objects(answer.finish()),
      whole(
          {R"({"type":"tool-input-start","toolCallId":"call_1","toolName":"weather"})",
           R"({"type":"tool-input-delta","toolCallId":"call_1","inputTextDelta":"{\n\"city\":"})",
           R"({"type":"tool-input-start","toolCallId":"call_2","toolName":"now"})",
           R"({"type":"tool-input-delta","toolCallId":"call_1","inputTextDelta":"\"Oslo\"}"})",
           R"({"type":"tool-input-available","toolCallId":"call_1","toolName":"weather","input":{ "city":"Oslo"}})",
           R"({"type":"tool-input-available","toolCallId":"call_2","toolName":"now","input":{}})",
           R"({"type":"tool-output-available","toolCallId":"call_2","output":"12:00"})"},
          R"({"finishReason":"tool-calls"})"));
}

TEST(UiMessageStream, LeavesACallThatBrokeOffUncalled) {
  Answer answer;
  answer.add(tool("a", "f", 0))
      .add(text(PBAY_EV_TOOL_ARGS, "{\"x\":", 0, 0))
      .add(finish(PBAY_FINISH_LENGTH));
  EXPECT_EQ(answer.finish().find("tool-input-available"), std::string::npos);
  EXPECT_NE(answer.out().find(R"({"finishReason":"length"})"), std::string::npos);
}

TEST(UiMessageStream, EscapesWhatWouldBreakALine) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "a\n\n\xE2\x80\xA8")).add(escaped(PBAY_EV_TEXT, R"(\u00e9\n)"));
  const Lines found = objects(answer.finish());
  EXPECT_EQ(found[3], R"({"type":"text-delta","id":"0","delta":"a\n\n\u2028"})");
  EXPECT_EQ(found[4], R"({"type":"text-delta","id":"0","delta":"\u00e9\n"})");
}

TEST(UiMessageStream, ShowsImagesAsFilesAndTheRevisedPromptBesideThem) {
  Answer answer;
  answer.add(image(PBAY_DATA_BYTES, "ABC", "image/webp"))
      .add(image(PBAY_DATA_BASE64, "QUJD"))
      .add(image(PBAY_DATA_URL, "https://x.example/i.png", "", "A cat"))
      .add(image(PBAY_DATA_URL, "data:image/gif;base64,R0lG"));
  EXPECT_EQ(
      objects(answer.finish()),
      whole({R"({"type":"file","url":"data:image/webp;base64,QUJD","mediaType":"image/webp"})",
             R"({"type":"file","url":"data:image/png;base64,QUJD","mediaType":"image/png"})",
             R"({"type":"file","url":"https://x.example/i.png","mediaType":"image/png"})",
             R"({"type":"text-start","id":"image-0"})",
             R"({"type":"text-delta","id":"image-0","delta":"*Revised prompt: A cat*"})",
             R"({"type":"text-end","id":"image-0"})",
             R"({"type":"file","url":"data:image/gif;base64,R0lG","mediaType":"image/gif"})"}));
}

TEST(UiMessageStream, LeavesPreviewsOut) {
  Answer answer;
  auto preview = image(PBAY_DATA_BASE64, "QUJD");
  preview.partial = 1;
  answer.add(preview);
  EXPECT_EQ(objects(answer.finish()), whole({}));
}

TEST(UiMessageStream, ShowsSources) {
  Answer answer;
  answer.add(extra(PBAY_AT_DELTA,
                   "annotations",
                   R"([{"type":"url_citation","url_citation":{"url":"u","title":"T"}}])"));
  EXPECT_EQ(objects(answer.finish()),
            whole({R"({"type":"source-url","sourceId":"source-0","url":"u","title":"T"})"}));
}

TEST(UiMessageStream, EndsAtAnError) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hel"));
  EXPECT_EQ(objects(answer.fail("it \"broke\"")).back(),
            R"({"type":"error","errorText":"it \"broke\""})");
}

TEST(UiMessageStream, ClosesWhatIsOpenInItsOrder) {
  Answer answer;
  answer.add(text(PBAY_EV_REASONING, "hm", 0, 0)).add(text(PBAY_EV_TEXT, "Hi", 0, 1));
  const Lines found = objects(answer.finish());
  EXPECT_EQ(found[6], R"({"type":"reasoning-end","id":"0"})");
  EXPECT_EQ(found[7], R"({"type":"text-end","id":"1"})");
}

TEST(UiMessageStream, HoldsNoMoreOpenItemsThanAnAnswerCanMean) {
  Answer answer;
  pbay_status status = PBAY_OK;
  for (std::uint32_t item = 0; item < 5000 && status == PBAY_OK; ++item)
    status = answer.status_of(text(PBAY_EV_TEXT, "x", 0, item));
  EXPECT_EQ(status, PBAY_E_PROTOCOL);
}

TEST(UiMessageStream, ShowsTheFirstChoiceOnly) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "second", 1));
  EXPECT_EQ(objects(answer.finish()), whole({}));
}

TEST(UiMessageStream, TakesNoBytesOfAnotherDialect) {
  Answer answer;
  EXPECT_EQ(answer.status_of(event<pbay_ev_raw>(PBAY_EV_RAW)), PBAY_E_PROTOCOL);
}

TEST(UiMessageStream, SaysWhatItIs) {
  EXPECT_EQ(Encoder({}).content_type(), "text/event-stream");
  EXPECT_EQ(Encoder({}).keep_alive(), ": keep-alive\n\n");
}

TEST(UiMessageStream, IsAbortedWhenItsUserHadEnough) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hel"));
  answer.encoder().stopped(answer.out());
  EXPECT_EQ(split(answer.out(), "\n\n"),
            (Lines{R"(data: {"type":"start","messageId":"m1"})",
                   R"(data: {"type":"start-step"})",
                   R"(data: {"type":"text-start","id":"0"})",
                   R"(data: {"type":"text-delta","id":"0","delta":"Hel"})",
                   R"(data: {"type":"text-end","id":"0"})",
                   R"(data: {"type":"abort"})",
                   "data: [DONE]"}));
}

TEST(UiMessageStream, TellsOfANewConversationAsItBegins) {
  Encoder encoder({.message_id = "m1", .conversation_id = "c1"});
  std::string out;
  encoder.on_event(text(PBAY_EV_TEXT, "Hi").h, out);
  EXPECT_EQ(split(out, "\n\n").front(),
            R"(data: {"type":"start","messageId":"m1","messageMetadata":{"conversationId":"c1"}})");
}

TEST(UiMessageStream, GoesOnInAnotherStepAfterToolsOfTheServer) {
  Answer answer;
  answer.add(tool("c1", "clock", 0)).add(text(PBAY_EV_TOOL_ARGS, "{}", 0, 0));
  answer.encoder().tool_result("c1", R"({"now":1})", answer.out());
  answer.encoder().next_step(answer.out());
  answer.add(text(PBAY_EV_TEXT, "Late.", 0, 0));
  const Lines lines = split(answer.finish(), "\n\n");
  const auto at = [&](const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) - lines.begin();
  };
  const auto result =
      at(R"(data: {"type":"tool-output-available","toolCallId":"c1","output":{"now":1}})");
  const auto step = at(R"(data: {"type":"finish-step"})");
  const auto late = at(R"(data: {"type":"text-delta","id":"0","delta":"Late."})");
  const auto end = static_cast<std::ptrdiff_t>(lines.size());
  ASSERT_TRUE(result < end && step < end && late < end) << answer.out();
  EXPECT_LT(result, step);
  EXPECT_EQ(lines[static_cast<std::size_t>(step) + 1], R"(data: {"type":"start-step"})");
  EXPECT_LT(step, late);
}

}  // namespace
}  // namespace patchbay::dialects::ui_message_stream
