// Recorded OpenRouter traffic through the openrouter plugin, in random pieces: what comes out must
// hold what the recording holds, read or passed on.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// these tests are skipped, and say so.

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json/value.hpp"
#include "plugins/shared/json_text.hpp"
#include "tests/component/plugins/recording_reader.hpp"

namespace patchbay::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kSkipped =
    "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with openrouter.jsonl.gz";
constexpr int kRounds = 3;
constexpr std::size_t kChatsLeast = 60;  // so that an empty corpus does not pass
constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/openrouter/libpatchbay_openrouter.so";

// The upstream's own failure in the middle of a stream.
bool fails_midway(const Recording& recording) {
  return recording.answer.response.find("\"error\":{\"code\"") != std::string::npos;
}

// The data of the RAW events of a transcript, one a line.
std::string passed_on(const std::string& transcript) {
  std::istringstream lines(transcript);
  std::string passed, line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("RAW ")) continue;
    plugins::append_unescaped(passed, std::string_view(line).substr(5, line.size() - 6));
    passed += '\n';
  }
  return passed;
}

std::size_t count_lines(const std::string& transcript, std::string_view type) {
  std::istringstream lines(transcript);
  std::string line;
  std::size_t count = 0;
  while (std::getline(lines, line))
    count += line.starts_with(type) ? 1U : 0U;
  return count;
}

class OpenRouterRecordings : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("PATCHBAY_RECORDINGS");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << kSkipped;
    recordings_ = read_all_recordings(folder, "openrouter");
  }
  [[nodiscard]] std::vector<Recording> of(const std::string& endpoint, bool good) const {
    std::vector<Recording> found;
    std::copy_if(recordings_.begin(),
                 recordings_.end(),
                 std::back_inserter(found),
                 [&](const Recording& recording) {
                   return recording.endpoint == endpoint &&
                          (recording.answer.status == 200) == good;
                 });
    EXPECT_FALSE(found.empty()) << "no recording of " << endpoint;
    return found;
  }

  std::vector<Recording> recordings_;
  std::mt19937 random_{20240603};
  FakeHost host_;
  PluginModule module_{kLibrary, host_};
  FakeProvider provider_{module_, "{}"};
};

TEST_F(OpenRouterRecordings, EventsHoldWhatTheRecordingHolds) {
  std::size_t answers = 0;
  for (const Recording& recording : of("chat/completions", true)) {
    ++answers;
    Reading expected = read_answer(recording.answer);
    for (int round = 0; round < kRounds; ++round) {
      const std::string transcript = play_openai_in_pieces(provider_, recording.answer, random_);
      if (fails_midway(recording)) {
        EXPECT_THAT(transcript, HasSubstr("\nFAIL -1 bad_request message=\"Token limit reached\""));
        expected.input = expected.output = -1;  // counted in the very chunk that is the failure
      } else {
        EXPECT_EQ(transcript.find("\nFAIL "), transcript.npos) << "recording " << recording.id;
        // Older requests had to ask for the cost.
        const bool billed = recording.answer.response.find("\"cost\":") != std::string::npos;
        EXPECT_EQ(transcript.find(" cost_nano_usd=") != transcript.npos, billed)
            << "recording " << recording.id;
      }
      EXPECT_EQ(read_events(transcript), expected) << "recording " << recording.id;
    }
  }
  EXPECT_GE(answers, kChatsLeast);
}

TEST_F(OpenRouterRecordings, AnswersOfTheSameDialectGoOnAsTheyCame) {
  for (Recording& recording : of("chat/completions", true)) {
    recording.answer.same_dialect = true;
    std::string expected;
    const Framed framed =
        frames_of(recording.answer.status, recording.answer.headers, recording.answer.response);
    for (const Frame& frame : framed.frames) {
      const bool error = frame.data.find("\"error\":{") != std::string::npos;
      if (frame.data != "[DONE]" && !error) expected += frame.data + "\n";
    }
    const std::string transcript = play_openai_in_pieces(provider_, recording.answer, random_);
    EXPECT_EQ(passed_on(transcript), expected) << "recording " << recording.id;
    EXPECT_EQ(count_lines(transcript, "USAGE "), 1u) << "recording " << recording.id;
    EXPECT_EQ(count_lines(transcript, "FAIL "), fails_midway(recording) ? 1u : 0u)
        << "recording " << recording.id;
  }
}

TEST_F(OpenRouterRecordings, ErrorsAreMended) {
  for (Recording& recording : of("chat/completions", false)) {
    recording.answer.same_dialect = true;
    const std::string transcript = play_openai(provider_, recording.answer, true);
    const bool key = recording.answer.status == 401;
    EXPECT_THAT(transcript, StartsWith(key ? "FAIL -1 auth" : "FAIL -1 context_length"));
    const std::string body = transcript.substr(transcript.find("\nBODY ") + 6);
    const auto mended = json::parse(body);
    ASSERT_TRUE(mended);
    const json::Value* error = mended->find("error");
    ASSERT_NE(error, nullptr);
    for (const char* name : {"message", "type", "code"})
      EXPECT_TRUE(error->find(name) != nullptr && error->find(name)->is(json::Kind::kString));
    EXPECT_NE(error->find("param"), nullptr);
    EXPECT_EQ(error->find("code")->as_string(), std::to_string(recording.answer.status));
  }
}

TEST_F(OpenRouterRecordings, TheListOfModelsIsComplete) {
  for (Recording& recording : of("models", true)) {
    recording.answer.mode = PBAY_MODE_MODELS;
    recording.answer.dialect = "openai.models/1";
    const std::string transcript = play_openai(provider_, recording.answer, true);
    const auto list = json::parse(recording.answer.response);
    ASSERT_TRUE(list);
    const auto& models = list->find("data")->items();
    EXPECT_EQ(count_lines(transcript, "MODEL "), models.size());
    EXPECT_FALSE(models.empty());
    for (const json::Value& model : models) {
      const std::string id(*model.find("id")->as_string());
      const std::string line =
          "MODEL id=\"" + id + "\" owner=\"" + id.substr(0, id.find('/')) + "\"";
      EXPECT_THAT(transcript, HasSubstr(line));
    }
    EXPECT_EQ(transcript.find(" modes=0 "), transcript.npos);
  }
}

TEST_F(OpenRouterRecordings, EmbeddingsSpeechAndResponsesAreTaken) {
  for (Recording& recording : of("embeddings", true)) {
    recording.answer.mode = PBAY_MODE_EMBEDDING;
    recording.answer.dialect = "openai.embeddings/1";
    const std::string transcript = play_openai(provider_, recording.answer, true);
    const auto answer = json::parse(recording.answer.response);
    ASSERT_TRUE(answer);
    const auto& vectors = answer->find("data")->items();
    EXPECT_EQ(count_lines(transcript, "EMBEDDING "), vectors.size());
    EXPECT_THAT(transcript,
                HasSubstr("dims=" + std::to_string(vectors[0].find("embedding")->items().size())));
    EXPECT_THAT(transcript, EndsWith("END ok\n"));
  }
  for (Recording& recording : of("audio/speech", true)) {
    recording.answer.mode = PBAY_MODE_SPEECH;
    recording.answer.dialect = "openai.audio.speech/1";
    recording.answer.headers = {{"content-type", "audio/mpeg"}};
    EXPECT_THAT(play_openai(provider_, recording.answer, true),
                StartsWith("AUDIO 0.0 type=\"audio/mpeg\""));
  }
  for (Recording& recording : of("responses", true)) {
    recording.answer.dialect = "openai.responses/1";
    recording.answer.same_dialect = true;
    EXPECT_EQ(play_openai(provider_, recording.answer, true), "PASSTHROUGH\nEND ok\n");
  }
}

}  // namespace
}  // namespace patchbay::testing
