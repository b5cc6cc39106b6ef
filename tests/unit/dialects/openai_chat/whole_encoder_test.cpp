#include "core/dialects/openai_chat/whole_encoder.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/event_builder.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

using test::event;
using test::extra;
using test::finish;
using test::meta;
using test::text;
using test::tool;
using test::usage;

class Answer {
 public:
  explicit Answer(WholeEncoder::Options options = {.model = "m"}) : encoder_(std::move(options)) {
    add(meta("c1", "up", 7));
  }

  template <typename Event>
  Answer& add(const Event& event) {
    std::string out;
    EXPECT_EQ(encoder_.on_event(reinterpret_cast<const pbay_event&>(event), out), PBAY_OK);
    EXPECT_EQ(out, "") << "nothing may go out before the end";
    return *this;
  }

  std::string finish() {
    std::string out;
    encoder_.finish(out);
    return out;
  }

  WholeEncoder encoder_;
};

const std::string kHead =
    R"({"id":"c1","object":"chat.completion","created":7,"model":"up","choices":[)";

TEST(WholeEncoder, WritesACompletion) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "Hello "))
      .add(text(PBAY_EV_TEXT, "\"you\""))
      .add(finish(PBAY_FINISH_LENGTH))
      .add(usage(3, 4));
  EXPECT_EQ(
      answer.finish(),
      kHead +
          R"({"index":0,"message":{"role":"assistant","content":"Hello \"you\"","refusal":null},)"
          R"("logprobs":null,"finish_reason":"length"}],)"
          R"("usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,)"
          R"("prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
          R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}})");
}

TEST(WholeEncoder, WritesToolCallsWithoutContentAsNull) {
  Answer answer;
  answer.add(tool("call_a", "f", 0))
      .add(text(PBAY_EV_TOOL_ARGS, "{\"a\"", 0, 0))
      .add(text(PBAY_EV_TOOL_ARGS, ":1}", 0, 0))
      .add(tool("call_b", "g", 1))
      .add(finish(PBAY_FINISH_STOP));
  EXPECT_EQ(
      answer.finish(),
      kHead +
          R"({"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[)"
          R"({"id":"call_a","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},)"
          R"({"id":"call_b","type":"function","function":{"name":"g","arguments":"{}"}}]},)"
          R"("logprobs":null,"finish_reason":"tool_calls"}]})");
}

TEST(WholeEncoder, WritesEveryChoice) {
  Answer answer;
  answer.add(text(PBAY_EV_TEXT, "b", 1)).add(text(PBAY_EV_TEXT, "a", 0));
  const std::string body = answer.finish();
  EXPECT_NE(body.find(R"({"index":0,"message":{"role":"assistant","content":"a")"), body.npos);
  EXPECT_NE(body.find(R"({"index":1,"message":{"role":"assistant","content":"b")"), body.npos);
}

TEST(WholeEncoder, WritesReasoningRefusalAndExtras) {
  Answer answer;
  answer.add(text(PBAY_EV_REASONING, "hm"))
      .add(text(PBAY_EV_REFUSAL, "no"))
      .add(extra(PBAY_AT_CHOICE, "logprobs", R"({"content":[]})"))
      .add(extra(PBAY_AT_ANSWER, "service_tier", "\"default\""));
  const std::string body = answer.finish();
  EXPECT_NE(body.find(R"("content":null,"refusal":"no","reasoning_content":"hm")"), body.npos);
  EXPECT_NE(body.find(R"("logprobs":{"content":[]})"), body.npos);
  EXPECT_NE(body.find(R"("service_tier":"default")"), body.npos);
}

TEST(WholeEncoder, AnswersWithNothingAsAnEmptyCompletion) {
  Answer answer;
  EXPECT_NE(answer.finish().find(R"("content":"","refusal":null)"), std::string::npos);
}

TEST(WholeEncoder, PassesARawBody) {
  Answer answer;
  auto raw = event<pbay_ev_raw>(PBAY_EV_RAW);
  raw.data = chat::as_bytes("{\"x\":1}");
  answer.add(raw);
  EXPECT_EQ(answer.finish(), "{\"x\":1}");
}

TEST(WholeEncoder, GivesUpOnAnAnswerWithoutEnd) {
  WholeEncoder encoder({.model = "m", .keep_model = false});
  const std::string piece(1 << 20, 'x');
  const auto event = text(PBAY_EV_TEXT, piece);
  std::string out;
  pbay_status status = PBAY_OK;
  for (int i = 0; i < 100 && status == PBAY_OK; ++i)
    status = encoder.on_event(event.h, out);
  EXPECT_LT(status, 0) << "100 MiB are held for one answer";
}

TEST(WholeEncoder, ShowsAnAlias) {
  Answer answer({.model = "alias", .keep_model = true});
  EXPECT_NE(answer.finish().find(R"("model":"alias")"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::dialects::openai_chat
