#include "core/dialects/data_stream/encoder.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects::data_stream {
namespace {

using namespace std::string_literals;
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

const std::string kBegin = R"(f:{"messageId":"m1"})";

Lines lines(Answer& answer) {
  return split(answer.finish(), "\n");
}

Lines with_end(Lines middle,
               const std::string& reason = "stop",
               const std::string& counts = R"({"promptTokens":0,"completionTokens":0})") {
  middle.insert(middle.begin(), kBegin);
  const std::string end = R"({"finishReason":")" + reason + R"(","usage":)" + counts;
  middle.push_back("e:" + end + R"(,"isContinued":false})");
  middle.push_back("d:" + end + "}");
  return middle;
}

TEST(DataStream, BeginsWithTheMessageAndEndsWithTheStepAndTheMessage) {
  Answer answer;
  answer.add(meta("up-1", "m", 1))
      .add(text(PBAY_EV_TEXT, "Hello"))
      .add(text(PBAY_EV_TEXT, " there"))
      .add(item_end(0))
      .add(finish(PBAY_FINISH_STOP))
      .add(usage(10, 15));
  EXPECT_EQ(lines(answer),
            with_end({R"(0:"Hello")", R"(0:" there")"},
                     "stop",
                     R"({"promptTokens":10,"completionTokens":15})"));
}

TEST(DataStream, MakesUpAMessageIdWhereNoneIsGiven) {
  Answer first(Encoder::Options{});
  Answer second(Encoder::Options{});
  const std::string line = split(first.finish(), "\n").front();
  EXPECT_TRUE(line.starts_with(R"(f:{"messageId":")"));
  EXPECT_EQ(line.size(), R"(f:{"messageId":""})"s.size() + 36);
  EXPECT_NE(line, split(second.finish(), "\n").front());
}

TEST(DataStream, AnswersAnEmptyAnswerWithItsEnvelope) {
  Answer answer;
  EXPECT_EQ(lines(answer), with_end({}));
}

TEST(DataStream, KeepsTheOrderOfTheGoldenStream) {
  Answer answer;
  answer.add(meta("", "m", 0))
      .add(text(PBAY_EV_REASONING, "hm", 0, 0))
      .add(signature("vendor.signature", "c2ln", 0))
      .add(item_end(0))
      .add(signature("vendor.redacted", "cmVk", 1))
      .add(item_end(1))
      .add(text(PBAY_EV_TEXT, "Let me look.", 0, 2))
      .add(item_end(2))
      .add(tool("call_1", "weather", 3))
      .add(text(PBAY_EV_TOOL_ARGS, R"({"city":)", 0, 3))
      .add(text(PBAY_EV_TOOL_ARGS, R"("Oslo"})", 0, 3))
      .add(item_end(3));
  answer.encoder().tool_result("call_1", R"({"degrees":7})", answer.out());
  answer.add(image(PBAY_DATA_BASE64, "AAAA", "image/webp")).add(finish(PBAY_FINISH_TOOLS));
  EXPECT_EQ(lines(answer),
            with_end({R"(g:"hm")",
                      R"(j:{"signature":"c2ln"})",
                      R"(i:{"data":"cmVk"})",
                      R"(0:"Let me look.")",
                      R"(b:{"toolCallId":"call_1","toolName":"weather"})",
                      R"(c:{"toolCallId":"call_1","argsTextDelta":"{\"city\":"})",
                      R"(c:{"toolCallId":"call_1","argsTextDelta":"\"Oslo\"}"})",
                      R"(9:{"toolCallId":"call_1","toolName":"weather","args":{"city":"Oslo"}})",
                      R"(a:{"toolCallId":"call_1","result":{"degrees":7}})",
                      R"(k:{"data":"AAAA","mimeType":"image/webp"})"},
                     "tool-calls"));
}

TEST(DataStream, TellsParallelToolsApartByTheirItems) {
  Answer answer;
  answer.add(tool("a", "f", 0))
      .add(tool("b", "g", 1))
      .add(text(PBAY_EV_TOOL_ARGS, R"({"y":2})", 0, 1))
      .add(text(PBAY_EV_TOOL_ARGS, R"({"x":1})", 0, 0))
      .add(item_end(1))
      .add(item_end(0));
  EXPECT_EQ(lines(answer),
            with_end({R"(b:{"toolCallId":"a","toolName":"f"})",
                      R"(b:{"toolCallId":"b","toolName":"g"})",
                      R"(c:{"toolCallId":"b","argsTextDelta":"{\"y\":2}"})",
                      R"(c:{"toolCallId":"a","argsTextDelta":"{\"x\":1}"})",
                      R"(9:{"toolCallId":"b","toolName":"g","args":{"y":2}})",
                      R"(9:{"toolCallId":"a","toolName":"f","args":{"x":1}})"},
                     "tool-calls"));
}

TEST(DataStream, GivesAToolWithoutArgumentsAnEmptyObject) {
  Answer answer;
  answer.add(tool("a", "now", 0)).add(item_end(0));
  EXPECT_EQ(lines(answer)[2], R"(9:{"toolCallId":"a","toolName":"now","args":{}})");
}

TEST(DataStream, CallsAToolWhoseEndNobodyTold) {
  Answer answer;
  answer.add(tool("a", "f", 0)).add(text(PBAY_EV_TOOL_ARGS, "{}", 0, 0));
  EXPECT_EQ(lines(answer)[3], R"(9:{"toolCallId":"a","toolName":"f","args":{}})");
}

TEST(DataStream, NeverCallsAToolWithArgumentsThatAreNoObject) {
  for (const char* arguments : {R"({"city":"Os)", R"("text")", "[1]", "null", "1e400", "{} {}"}) {
    Answer answer;
    answer.add(tool("a", "f", 0))
        .add(text(PBAY_EV_TOOL_ARGS, arguments, 0, 0))
        .add(item_end(0))
        .add(finish(PBAY_FINISH_LENGTH));
    EXPECT_EQ(answer.finish().find("\n9:"), std::string::npos) << arguments;
    EXPECT_NE(answer.out().find(R"(d:{"finishReason":"length")"), std::string::npos);
  }
}

TEST(DataStream, WritesArgumentsInOneLineWhateverTheirLayout) {
  Answer answer;
  answer.add(tool("a", "f", 0))
      .add(text(PBAY_EV_TOOL_ARGS, "{\r\n  \"x\": \"\xE2\x80\xA8\"\n}", 0, 0))
      .add(item_end(0));
  EXPECT_EQ(lines(answer)[3], R"(9:{"toolCallId":"a","toolName":"f","args":{    "x": "\u2028" }})");
}

TEST(DataStream, JoinsASurrogatePairThatTwoPiecesOfArgumentsShare) {
  Answer answer;
  answer.add(tool("a", "f", 0))
      .add(escaped(PBAY_EV_TOOL_ARGS, R"({\"x\":\"\ud83d)"))
      .add(escaped(PBAY_EV_TOOL_ARGS, R"(\ude00\"})"))
      .add(item_end(0));
  EXPECT_EQ(lines(answer)[4],
            "9:{\"toolCallId\":\"a\",\"toolName\":\"f\",\"args\":{\"x\":\"\xF0\x9F\x98\x80\"}}");
}

TEST(DataStream, IgnoresArgumentsOfNoTool) {
  Answer answer;
  answer.add(text(PBAY_EV_TOOL_ARGS, "{}", 0, 7));
  EXPECT_EQ(lines(answer), with_end({}));
}

TEST(DataStream, NamesAToolCallThatHasNoName) {
  Answer answer;
  answer.add(tool("", "f", 0));
  EXPECT_TRUE(lines(answer)[1].starts_with(R"(b:{"toolCallId":"call_)"));
}

TEST(DataStream, EscapesWhatWouldBreakALine) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "a\nb\r\"\\\x01\xC2\x85\xE2\x80\xA8\xE2\x80\xA9\xC3\xA9"));
  EXPECT_EQ(lines(answer)[1], "0:\"a\\nb\\r\\\"\\\\\\u0001\\u0085\\u2028\\u2029\xC3\xA9\"");
}

TEST(DataStream, CopiesEscapedTextAsItIs) {
  Answer answer;
  answer.add(escaped(PBAY_EV_TEXT, R"(a\nb\u00e9\ud83d\ude00)"));
  EXPECT_EQ(lines(answer)[1], R"(0:"a\nb\u00e9\ud83d\ude00")");
}

TEST(DataStream, LetsNoEscapedTextBeginALineOfItsOwn) {
  Answer answer;
  answer.add(escaped(PBAY_EV_TEXT, "a\nd:{}\r\xE2\x80\xA8"));
  EXPECT_EQ(lines(answer)[1], R"(0:"a\nd:{}\r\u2028")");
}

TEST(DataStream, WritesNothingForAnEmptyPiece) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "")).add(text(PBAY_EV_REASONING, ""));
  EXPECT_EQ(lines(answer), with_end({}));
}

TEST(DataStream, ShowsARefusalAsText) {
  Answer answer;
  answer.add(text(PBAY_EV_REFUSAL, "No."));
  EXPECT_EQ(lines(answer), with_end({R"(0:"No.")"}));
}

TEST(DataStream, SpellsFinishReasonsWithHyphens) {
  const std::pair<std::int32_t, std::string> words[] = {{PBAY_FINISH_STOP, "stop"},
                                                        {PBAY_FINISH_LENGTH, "length"},
                                                        {PBAY_FINISH_TOOLS, "tool-calls"},
                                                        {PBAY_FINISH_CONTENT, "content-filter"},
                                                        {PBAY_FINISH_ERROR, "error"},
                                                        {PBAY_FINISH_OTHER, "other"},
                                                        {99, "other"}};
  for (const auto& [reason, word] : words) {
    Answer answer;
    answer.add(finish(reason));
    EXPECT_EQ(lines(answer), with_end({}, word));
  }
}

TEST(DataStream, SaysToolCallsWhereAVendorSaysStopAllTheSame) {
  Answer answer;
  answer.add(tool("a", "f", 0)).add(item_end(0)).add(finish(PBAY_FINISH_STOP));
  EXPECT_NE(answer.finish().find(R"(d:{"finishReason":"tool-calls")"), std::string::npos);
}

TEST(DataStream, TakesTheLastUsageAndKnowsNoNegativeOne) {
  Answer answer;
  answer.add(usage(1, 1)).add(usage(12, -1));
  EXPECT_EQ(lines(answer), with_end({}, "stop", R"({"promptTokens":12,"completionTokens":0})"));
  EXPECT_EQ(answer.encoder().usage().input, 12);
}

TEST(DataStream, EndsAtAnError) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hel"));
  EXPECT_EQ(split(answer.fail("it \"broke\"\n"), "\n"),
            (Lines{kBegin, R"(0:"Hel")", R"(3:"it \"broke\"\n")"}));
}

TEST(DataStream, ShowsImagesOfImageModeAsMarkdownAndCountsNothing) {
  Answer answer(Encoder::Options{.message_id = "m1", .image_mode = true});
  answer.add(image(PBAY_DATA_URL, "https://x.example/i.png?a=1", "image/png", "A *bold* cat\nsits"))
      .add(usage(10, 1000))
      .add(finish(PBAY_FINISH_STOP));
  EXPECT_EQ(
      lines(answer),
      with_end(
          {R"j(0:"![Generated Image](https://x.example/i.png?a=1)\n\n*Revised prompt: A *bold* cat\nsits*")j"}));
  EXPECT_EQ(answer.encoder().usage().output, 1000);
}

TEST(DataStream, TurnsImageBytesIntoADataUrl) {
  Answer answer(Encoder::Options{.message_id = "m1", .image_mode = true});
  answer.add(image(PBAY_DATA_BASE64, "QUJD")).add(image(PBAY_DATA_BYTES, "ABC", "image/jpeg"));
  EXPECT_EQ(lines(answer),
            with_end({R"j(0:"![Generated Image](data:image/png;base64,QUJD)")j",
                      R"j(0:"\n\n![Generated Image](data:image/jpeg;base64,QUJD)")j"}));
}

TEST(DataStream, KeepsAUrlWithinItsBrackets) {
  Answer answer(Encoder::Options{.message_id = "m1", .image_mode = true});
  answer.add(image(PBAY_DATA_URL, "https://x.example/a (1).png"));
  EXPECT_EQ(lines(answer)[1], R"j(0:"![Generated Image](https://x.example/a%20%281%29.png)")j");
}

TEST(DataStream, ShowsImagesOfAChatAsFiles) {
  Answer answer;
  answer.add(image(PBAY_DATA_BYTES, "ABC"))
      .add(image(PBAY_DATA_URL, "data:image/gif;base64,R0lG"))
      .add(image(PBAY_DATA_URL, "https://x.example/i.png"));
  EXPECT_EQ(lines(answer),
            with_end({R"(k:{"data":"QUJD","mimeType":"image/png"})",
                      R"(k:{"data":"R0lG","mimeType":"image/gif"})",
                      R"j(0:"![Generated Image](https://x.example/i.png)")j"}));
}

TEST(DataStream, LeavesPreviewsOut) {
  Answer answer;
  auto preview = image(PBAY_DATA_BASE64, "QUJD");
  preview.partial = 0;
  answer.add(preview);
  EXPECT_EQ(lines(answer), with_end({}));
}

TEST(DataStream, ShowsSources) {
  Answer answer;
  answer.add(extra(
      PBAY_AT_DELTA,
      "annotations",
      R"([{"type":"url_citation","url_citation":{"url":"https://a.example","title":"A"}},)"
      R"({"type":"file_citation","file_id":"f"},{"type":"url_citation","url":"https://b.example"}])"));
  EXPECT_EQ(
      lines(answer),
      with_end({R"(h:{"sourceType":"url","id":"source-0","url":"https://a.example","title":"A"})",
                R"(h:{"sourceType":"url","id":"source-1","url":"https://b.example"})"}));
}

TEST(DataStream, KeepsAToolsSignatureToTheHost) {
  Answer answer;
  answer.add(tool("a", "f", 0)).add(signature("vendor.thought", "c2ln", 0)).add(item_end(0));
  EXPECT_EQ(answer.finish().find("c2ln"), std::string::npos);
}

TEST(DataStream, ShowsTheFirstChoiceOnly) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "second", 1)).add(text(PBAY_EV_TEXT, "first"));
  answer.add(finish(PBAY_FINISH_LENGTH, 1));
  EXPECT_EQ(lines(answer), with_end({R"(0:"first")"}));
}

TEST(DataStream, TakesNoBytesOfAnotherDialect) {
  Answer answer;
  EXPECT_EQ(answer.status_of(event<pbay_ev_raw>(PBAY_EV_RAW)), PBAY_E_PROTOCOL);
}

TEST(DataStream, PassesOverWhatItDoesNotKnowUnlessItMust) {
  Answer answer;
  auto strange = event<pbay_ev_text>(PBAY_EV_EXT_FIRST);
  EXPECT_EQ(answer.status_of(strange), PBAY_OK);
  strange.h.flags = PBAY_EVF_MUST_UNDERSTAND;
  EXPECT_EQ(answer.status_of(strange), PBAY_E_UNSUPPORTED);
  EXPECT_EQ(lines(answer), with_end({}));
}

TEST(DataStream, SaysWhatItIs) {
  EXPECT_EQ(Encoder({}).content_type(), "text/event-stream");
  EXPECT_EQ(Encoder({.as_plain = true}).content_type(), "text/plain; charset=utf-8");
  EXPECT_EQ(Encoder({}).keep_alive(), "\n");
}

TEST(DataStream, EndsWithAnUnknownReasonWhenItsUserHadEnough) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hel"))
      .add(tool("c1", "f", 1))
      .add(text(PBAY_EV_TOOL_ARGS, "{\"a\":", 0, 1))
      .add(usage(3, 1));
  answer.encoder().stopped(answer.out());
  const Lines lines = split(answer.out(), "\n");
  ASSERT_EQ(lines.size(), 6U) << answer.out();  // a call that broke off was never made
  EXPECT_EQ(
      lines[4],
      R"(e:{"finishReason":"unknown","usage":{"promptTokens":3,"completionTokens":1},"isContinued":false})");
  EXPECT_EQ(lines[5],
            R"(d:{"finishReason":"unknown","usage":{"promptTokens":3,"completionTokens":1}})");
}

TEST(DataStream, TellsOfANewConversationAfterTheMessagesId) {
  Encoder encoder({.message_id = "m1", .conversation_id = "c1"});
  std::string out;
  encoder.on_event(text(PBAY_EV_TEXT, "Hi").h, out);
  EXPECT_EQ(out, "f:{\"messageId\":\"m1\"}\n2:[{\"conversationId\":\"c1\"}]\n0:\"Hi\"\n");
}

TEST(DataStream, GoesOnInAnotherStepAfterToolsOfTheServer) {
  Answer answer;
  answer.add(tool("c1", "clock", 0)).add(text(PBAY_EV_TOOL_ARGS, "{}", 0, 0)).add(usage(3, 1));
  answer.encoder().tool_result("c1", R"({"now":1})", answer.out());
  answer.encoder().next_step(answer.out());
  answer.add(tool("c2", "clock", 0)).add(text(PBAY_EV_TOOL_ARGS, "{}", 0, 0)).add(item_end(0));
  answer.add(text(PBAY_EV_TEXT, "Late.", 0, 1)).add(usage(5, 2));
  const Lines lines = split(answer.finish(), "\n");
  const Lines expected{
      R"(f:{"messageId":"m1"})",
      R"(b:{"toolCallId":"c1","toolName":"clock"})",
      R"(c:{"toolCallId":"c1","argsTextDelta":"{}"})",
      R"(9:{"toolCallId":"c1","toolName":"clock","args":{}})",
      R"(a:{"toolCallId":"c1","result":{"now":1}})",
      R"(e:{"finishReason":"tool-calls","usage":{"promptTokens":3,"completionTokens":1},"isContinued":false})",
      R"(f:{"messageId":"m1"})",
      R"(b:{"toolCallId":"c2","toolName":"clock"})",
      R"(c:{"toolCallId":"c2","argsTextDelta":"{}"})",
      R"(9:{"toolCallId":"c2","toolName":"clock","args":{}})",
      R"(0:"Late.")"};
  ASSERT_GE(lines.size(), expected.size()) << answer.out();
  EXPECT_EQ(Lines(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(expected.size())),
            expected);
  EXPECT_NE(lines.back().find(R"("usage":{"promptTokens":8,"completionTokens":3})"),
            std::string::npos)
      << "of both requests";
}

}  // namespace
}  // namespace patchbay::dialects::data_stream
