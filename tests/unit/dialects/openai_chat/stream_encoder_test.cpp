#include "core/dialects/openai_chat/stream_encoder.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/event_builder.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

using test::event;
using test::extra;
using test::finish;
using test::item_end;
using test::meta;
using test::signature;
using test::text;
using test::tool;
using test::usage;

// An answer whose chunks are read back without their constant head and tail:
//   data: {"id":"c1",...,"choices":[X]}   ->   X
class Answer {
 public:
  explicit Answer(StreamEncoder::Options options = {.model = "m"}) : encoder_(std::move(options)) {
    add(meta("c1", "up", 7));
  }

  template <typename Event>
  Answer& add(const Event& event) {
    EXPECT_EQ(encoder_.on_event(reinterpret_cast<const pbay_event&>(event), out_), PBAY_OK);
    return *this;
  }

  std::string finish() {
    encoder_.finish(out_);
    return out_;
  }

  // The elements of `choices`, a line each; whatever is not such a chunk stands there as it is.
  std::vector<std::string> choices() {
    finish();
    std::vector<std::string> lines;
    std::size_t at = 0;
    while (at < out_.size()) {
      const std::size_t end = out_.find("\n\n", at);
      std::string line = out_.substr(at, end - at);
      at = end + 2;
      const std::string head =
          R"(data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"up","choices":[)";
      const std::string tail = "]}";
      if (line.starts_with(head) && line.ends_with(tail)) {
        line = line.substr(head.size(), line.size() - head.size() - tail.size());
      }
      lines.push_back(line);
    }
    return lines;
  }

  std::string out_;
  StreamEncoder encoder_;
};

const std::string kRole =
    R"({"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null})";
const std::string kStop = R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"})";
const std::string kDone = "data: [DONE]";

std::string delta(const std::string& inside) {
  return R"({"index":0,"delta":{)" + inside + R"(},"logprobs":null,"finish_reason":null})";
}

using Lines = std::vector<std::string>;

TEST(StreamEncoder, BeginsWithTheRoleAndEndsWithAReason) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hi \"you\"\n")).add(finish(PBAY_FINISH_STOP));
  EXPECT_EQ(answer.choices(), (Lines{kRole, delta(R"("content":"Hi \"you\"\n")"), kStop, kDone}));
}

TEST(StreamEncoder, FinishesWhatThePluginLeftOpen) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hi"));
  EXPECT_EQ(answer.choices(), (Lines{kRole, delta(R"("content":"Hi")"), kStop, kDone}));
}

TEST(StreamEncoder, CopiesEscapedTextAsItIs) {
  Answer answer;
  auto escaped = text(PBAY_EV_TEXT, R"(a\nb\u00e9)");
  escaped.h.flags = PBAY_EVF_ESCAPED;
  answer.add(escaped);
  EXPECT_EQ(answer.choices()[1], delta(R"("content":"a\nb\u00e9")"));
}

TEST(StreamEncoder, NumbersParallelToolCallsDensely) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "x", 0, 0))
      .add(tool("call_a", "f", 3))
      .add(tool("call_b", "g", 5))
      .add(text(PBAY_EV_TOOL_ARGS, "{\"b\":1}", 0, 5))
      .add(text(PBAY_EV_TOOL_ARGS, "{\"a\":1}", 0, 3))
      .add(finish(PBAY_FINISH_STOP));
  EXPECT_EQ(
      answer.choices(),
      (Lines{
          kRole,
          delta(R"("content":"x")"),
          delta(
              R"("tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}])"),
          delta(
              R"("tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"g","arguments":""}}])"),
          delta(R"("tool_calls":[{"index":1,"function":{"arguments":"{\"b\":1}"}}])"),
          delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}])"),
          R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"})",
          kDone}));
}

TEST(StreamEncoder, GivesAToolWithoutArgumentsAnEmptyObject) {
  Answer answer;
  answer.add(tool("call_a", "f", 0)).add(item_end(0)).add(finish(PBAY_FINISH_TOOLS));
  EXPECT_EQ(answer.choices()[2],
            delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{}"}}])"));
}

TEST(StreamEncoder, KeepsLengthWhereToolCallsAreCutOff) {
  Answer answer;
  answer.add(tool("call_a", "f", 0)).add(finish(PBAY_FINISH_LENGTH));
  EXPECT_EQ(answer.choices()[3],
            R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"length"})");
}

TEST(StreamEncoder, BeginsAndEndsEveryChoice) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "b", 1)).add(finish(PBAY_FINISH_STOP, 1));
  const Lines lines = answer.choices();
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_NE(lines[1].find(R"("index":1,"delta":{"role":"assistant")"), std::string::npos);
  EXPECT_NE(lines[3].find(R"("index":1,"delta":{},"logprobs":null,"finish_reason":"stop")"),
            std::string::npos);
  EXPECT_EQ(lines[4], kStop);
}

TEST(StreamEncoder, WritesUsageOnceAndOnlyWhenAsked) {
  Answer asked({.model = "m", .keep_model = false, .include_usage = true});
  asked.add(usage(1, 2)).add(text(PBAY_EV_TEXT, "x")).add(usage(10, 20));
  const std::string out = asked.finish();
  EXPECT_NE(
      out.find(
          R"("choices":[],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,)"),
      std::string::npos);
  EXPECT_EQ(out.find("\"prompt_tokens\":1,"), std::string::npos);
  EXPECT_NE(out.find(R"("finish_reason":null}],"usage":null})"), std::string::npos);
  EXPECT_EQ(asked.encoder_.usage().output, 20);

  Answer silent;
  silent.add(text(PBAY_EV_TEXT, "x")).add(usage(10, 20));
  EXPECT_EQ(silent.finish().find("usage"), std::string::npos);
  EXPECT_EQ(silent.encoder_.usage().input, 10);
}

TEST(StreamEncoder, ReadsTheUsageOfWhatPasses) {
  StreamEncoder encoder({});
  encoder.read_usage(R"({"choices":[],"usage":null})");
  EXPECT_EQ(encoder.usage().input, -1);
  encoder.read_usage(R"({"usage":{"prompt_tokens":30,"completion_tokens":20}})");
  EXPECT_EQ(encoder.usage().input, 30);
  EXPECT_EQ(encoder.usage().output, 20);
  EXPECT_EQ(encoder.usage().cached, -1);
  encoder.read_usage(
      R"({"usage":{"prompt_tokens":40,"prompt_tokens_details":{"audio_tokens":1,"cached_tokens":10}}})");
  EXPECT_EQ(encoder.usage().input, 40);
  EXPECT_EQ(encoder.usage().cached, 10);
}

TEST(StreamEncoder, WritesReasoningRefusalAndSignature) {
  Answer answer;
  answer.add(text(PBAY_EV_REASONING, "hm"))
      .add(signature("anthropic.signature", "c2ln", 0))
      .add(text(PBAY_EV_REFUSAL, "no", 0, 1));
  const Lines lines = answer.choices();
  EXPECT_EQ(lines[1], delta(R"("reasoning_content":"hm")"));
  EXPECT_EQ(
      lines[2],
      delta(
          R"("reasoning_details":[{"type":"reasoning.text","signature":"c2ln","format":"anthropic.signature","index":0}])"));
  EXPECT_EQ(lines[3], delta(R"("refusal":"no")"));
}

TEST(StreamEncoder, PutsAThoughtSignatureOnItsToolCall) {
  Answer answer;
  answer.add(tool("call_a", "f", 4)).add(signature("google.thought", "dGg=", 4));
  EXPECT_EQ(answer.choices()[2],
            delta(R"("tool_calls":[{"index":0,"function":{"arguments":""},)"
                  R"("extra_content":{"google":{"thought_signature":"dGg="}}}])"));
}

TEST(StreamEncoder, PutsExtrasWhereTheyBelong) {
  Answer answer;
  answer.add(extra(PBAY_AT_CHOICE, "logprobs", R"({"content":[]})"))
      .add(extra(PBAY_AT_DELTA, "annotations", "[]"))
      .add(extra(PBAY_AT_ANSWER, "service_tier", "\"default\""));
  const Lines lines = answer.choices();
  EXPECT_EQ(lines[1], R"({"index":0,"delta":{},"logprobs":{"content":[]},"finish_reason":null})");
  EXPECT_EQ(lines[2], delta(R"("annotations":[])"));
  EXPECT_TRUE(lines[3].ends_with(R"(,"finish_reason":null}],"service_tier":"default"})"));
}

TEST(StreamEncoder, ShowsAnAliasWhateverTheUpstreamSays) {
  Answer answer({.model = "alias", .keep_model = true, .include_usage = false});
  EXPECT_NE(answer.finish().find(R"("model":"alias")"), std::string::npos);
}

TEST(StreamEncoder, PassesRawChunks) {
  Answer answer;
  answer.out_.clear();
  auto raw = event<pbay_ev_raw>(PBAY_EV_RAW);
  raw.data = chat::as_bytes("{\"x\":1}");
  answer.add(raw);
  EXPECT_EQ(answer.finish(), "data: {\"x\":1}\n\ndata: [DONE]\n\n");
}

TEST(StreamEncoder, WritesAFailureAsAnErrorEvent) {
  Answer answer;
  answer.out_.clear();
  answer.encoder_.fail(chat::bad_request("broken"), answer.out_);
  EXPECT_EQ(answer.out_,
            "data: "
            "{\"error\":{\"message\":\"broken\",\"type\":\"invalid_request_error\",\"param\":null,"
            "\"code\":null}}\n\n");
}

TEST(StreamEncoder, RefusesAnUnknownEventThatMustBeUnderstood) {
  StreamEncoder encoder({.model = "m"});
  std::string out;
  pbay_event unknown{sizeof(pbay_event), 77777, 0, 0, 0, 0};
  EXPECT_EQ(encoder.on_event(unknown, out), PBAY_OK);
  unknown.flags = PBAY_EVF_MUST_UNDERSTAND;
  EXPECT_EQ(encoder.on_event(unknown, out), PBAY_E_UNSUPPORTED);
}

TEST(StreamEncoder, RefusesAChoiceOutOfAllReason) {
  StreamEncoder encoder({.model = "m"});
  std::string out;
  const auto wild = text(PBAY_EV_TEXT, "x", 4'000'000'000U);
  EXPECT_LT(encoder.on_event(wild.h, out), 0);
}

TEST(StreamEncoder, IgnoresAnEventThatIsTooShortForItsType) {
  StreamEncoder encoder({.model = "m"});
  std::string out;
  const pbay_event stunted{sizeof(pbay_event), PBAY_EV_TEXT, 0, 0, 0, 0};
  EXPECT_EQ(encoder.on_event(stunted, out), PBAY_OK);
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace patchbay::dialects::openai_chat
