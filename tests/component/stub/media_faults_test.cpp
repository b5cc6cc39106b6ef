// Faults, delays and back-pressure in every mode of the stub.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;

struct Mode {
  const char* name;
  pbay_mode mode;
  const char* dialect;
  const char* body;  // empty: it has parts
  const char* first_piece;
};

constexpr Mode kModes[] = {
    {"chat", PBAY_MODE_CHAT, "openai.chat/1", R"({"messages":[]})", "TEXT"},
    {"completions", PBAY_MODE_CHAT, "openai.completions/1", R"({"prompt":"x"})", "TEXT"},
    {"images",
     PBAY_MODE_IMAGE,
     "openai.images.generations/1",
     R"({"prompt":"x","n":3,"size":"16x16"})",
     "IMAGE"},
    {"edits", PBAY_MODE_IMAGE, "openai.images.edits/1", "", "IMAGE"},
    {"variations", PBAY_MODE_IMAGE, "openai.images.variations/1", "", "IMAGE"},
    {"embeddings",
     PBAY_MODE_EMBEDDING,
     "openai.embeddings/1",
     R"({"input":["a","b"],"dimensions":4})",
     "EMBEDDING"},
    {"transcription", PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1", "", "TEXT"},
    {"translation", PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1", "", "TEXT"},
    {"speech", PBAY_MODE_SPEECH, "openai.audio.speech/1", R"({"input":"a b"})", "AUDIO"},
    {"moderation", PBAY_MODE_MODERATION, "openai.moderations/1", R"({"input":"a"})", "RAW"},
    {"models", PBAY_MODE_MODELS, "openai.models/1", "", "MODEL"}};

class StubInEveryMode : public ::testing::TestWithParam<Mode> {
 protected:
  static FakeCall::Request request() {
    const Mode& mode = GetParam();
    FakeCall::Request made{.model = "m",
                           .body = mode.body,
                           .flags = PBAY_REQ_SAME_DIALECT,
                           .mode = mode.mode,
                           .dialect = mode.dialect};
    const bool has_parts = made.body.empty() && mode.mode != PBAY_MODE_MODELS;
    if (has_parts) {
      made.parts = {
          {"file", "xyz", "a.mp3"}, {"image", "xyz", "a.png"}, {"prompt", "p"}, {"size", "16x16"}};
    }
    return made;
  }

  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/stub/libpatchbay_stub.so", host_};
};

TEST_P(StubInEveryMode, FailsAsTold) {
  FakeProvider provider(module_, R"({"error":{"status":429,"message":"Slow"}})");
  FakeCall call(provider, request());
  EXPECT_EQ(call.start(), PBAY_OK) << call.error().message;
  EXPECT_EQ(call.completion(), PBAY_E_FAIL);
  EXPECT_EQ(call.error().category, PBAY_ERR_RATE_LIMIT);
  EXPECT_EQ(call.transcript(), "");
}

TEST_P(StubInEveryMode, BreaksOffAfterTheFirstPiece) {
  FakeProvider provider(module_, R"({"break_off_after":1})");
  FakeCall call(provider, request());
  call.start();
  EXPECT_EQ(call.completion(), PBAY_E_PROTOCOL);
  EXPECT_THAT(call.transcript(), HasSubstr(GetParam().first_piece));
}

TEST_P(StubInEveryMode, SaysTheSameSlowlyAndToAClientThatIsSlow) {
  FakeProvider fast(module_, "{}");
  FakeCall quickly(fast, request());
  quickly.start();
  ASSERT_EQ(quickly.completion(), PBAY_OK);

  FakeProvider slow(module_, R"({"first_delay_ms":1,"token_delay_ms":1})");
  FakeCall slowly(slow, request());
  slowly.start();
  EXPECT_EQ(slowly.completions(), 0);
  slowly.run_until_complete();
  EXPECT_EQ(slowly.transcript(), quickly.transcript());

  host_.room = 0;
  FakeCall tight(fast, request());
  tight.start();
  for (int turns = 0; tight.completions() == 0 && turns < 100; ++turns) {
    host_.room = 1;
    tight.writable();
  }
  EXPECT_EQ(tight.transcript(), quickly.transcript());
}

TEST_P(StubInEveryMode, SendsNonsenseAsTold) {
  FakeProvider provider(module_, R"({"malformed":"{oops"})");
  FakeCall call(provider, request());
  call.start();
  EXPECT_EQ(call.transcript(), "RAW \"{oops\"\n");
}

std::string name_of(const ::testing::TestParamInfo<Mode>& mode) {
  return mode.param.name;
}

INSTANTIATE_TEST_SUITE_P(Modes, StubInEveryMode, ::testing::ValuesIn(kModes), name_of);

}  // namespace
}  // namespace patchbay::testing
