#include "core/relay/signature_recorder.hpp"

#include <gtest/gtest.h>

#include "tests/support/event_builder.hpp"

namespace patchbay::relay {
namespace {

class SignatureRecorderTest : public ::testing::Test {
 protected:
  template <typename Event>
  void say(const Event& event) {
    recorder_.on_event(event.h);
  }
  void begin_call(std::string_view id, std::uint32_t item) { say(test::tool(id, "look", item)); }
  void finish() { say(test::finish(PBAY_FINISH_TOOLS)); }
  std::shared_ptr<const chat::KeptReasoning> kept(std::string_view id) {
    return store_.find(id, Clock::now());
  }

  SignatureStore store_;
  SignatureRecorder recorder_{store_, "claude"};
};

TEST_F(SignatureRecorderTest, KeepsTheReasoningOfAMessageWithCalls) {
  auto escaped = test::text(PBAY_EV_REASONING, R"(a \"thought\")", 0, 0);
  escaped.h.flags = PBAY_EVF_ESCAPED;
  say(escaped);
  say(test::text(PBAY_EV_REASONING, " \"plain\"", 0, 0));
  say(test::signature("anthropic.signature", "c2ln", 0));
  say(test::signature("anthropic.redacted", "ZW5j", 1));
  say(test::text(PBAY_EV_TEXT, "Looking.", 0, 2));
  begin_call("toolu_1", 3);
  begin_call("toolu_2", 4);
  EXPECT_TRUE(store_.empty()) << "the answer is not complete";
  finish();
  const auto found = kept("toolu_2");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found, kept("toolu_1"));
  EXPECT_EQ(found->provider, "claude");
  EXPECT_EQ(found->details,
            R"([{"type":"reasoning.text","text":"a \"thought\" \"plain\"","signature":"c2ln",)"
            R"("format":"anthropic.signature","index":0},{"type":"reasoning.encrypted",)"
            R"("data":"ZW5j","format":"anthropic.redacted","index":1}])");
  EXPECT_EQ(found->calls[1].name, "look");
  EXPECT_EQ(found->calls[1].extra_content, "");
}

TEST_F(SignatureRecorderTest, KeepsTheProofThatACallHasItself) {
  begin_call("call_1", 0);
  say(test::signature("google.thought", "dGhv\"ught", 0));
  begin_call("call_2", 1);
  finish();
  const auto found = kept("call_1");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->details, "");
  EXPECT_EQ(found->calls[0].extra_content, R"({"google":{"thought_signature":"dGhv\"ught"}})");
  EXPECT_EQ(found->calls[1].extra_content, "");
}

TEST_F(SignatureRecorderTest, KeepsNothingWithoutCallsOrWithoutProof) {
  say(test::text(PBAY_EV_REASONING, "unproved", 0, 0));
  begin_call("toolu_1", 1);
  finish();
  EXPECT_TRUE(store_.empty());

  SignatureRecorder other(store_, "claude");
  other.on_event(test::signature("anthropic.signature", "c2ln", 0).h);
  other.on_event(test::finish(PBAY_FINISH_STOP).h);
  EXPECT_TRUE(store_.empty());
}

TEST_F(SignatureRecorderTest, DoesNotMixTheChoicesOfAnAnswer) {
  auto proof = test::signature("anthropic.signature", "b25l", 0);
  proof.h.choice = 1;
  say(proof);
  begin_call("of_choice_0", 0);
  finish();
  EXPECT_EQ(kept("of_choice_0"), nullptr);
}

TEST_F(SignatureRecorderTest, GivesUpOnWhatIsTooLong) {
  const std::string much(300 * 1024, 'x');
  for (int i = 0; i < 4; ++i)
    say(test::text(PBAY_EV_REASONING, much, 0, 0));
  say(test::signature("anthropic.signature", "c2ln", 0));
  begin_call("toolu_1", 1);
  finish();
  EXPECT_TRUE(store_.empty());
}

}  // namespace
}  // namespace patchbay::relay
