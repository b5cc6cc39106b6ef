// Recorded answers of the vendor's, served in pieces that are cut anywhere, become events that hold
// what the recording holds.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// these tests are left out, and say so.

#include <random>

#include <gtest/gtest.h>

#include "core/http/sse_parser.hpp"
#include "core/json/value.hpp"
#include "tests/component/gemini/gemini_case.hpp"
#include "tests/component/gemini/recorded_answer.hpp"
#include "tests/component/gemini/recording_lines.hpp"
#include "tests/component/gemini/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

constexpr const char* kSkipped =
    "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with gemini.jsonl.gz";
constexpr std::size_t kAnswersLeast = 40;  // so that an empty corpus does not pass

// The events of a stream as a host frames them, from bytes that come in pieces of any size.
std::vector<std::string> framed(std::string_view body, std::mt19937& random) {
  std::vector<std::string> frames;
  http::SseParser parser({.max_event_bytes = 64 << 20});
  const auto keep = [&](const http::SseEvent& event) { frames.emplace_back(event.data); };
  while (!body.empty()) {
    const std::size_t size = 1 + random() % (random() % 8 == 0 ? 4096 : 40);
    EXPECT_TRUE(parser.feed(body.substr(0, size), keep));
    body.remove_prefix(std::min(size, body.size()));
  }
  EXPECT_TRUE(parser.finish(keep));
  return frames;
}

class RecordedGemini : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string folder = recordings_folder();
    if (folder.empty()) GTEST_SKIP() << kSkipped;
    exchanges_ = read_recorded(folder, "gemini");
  }

  std::string play(const RecordedExchange& recorded,
                   const GeminiCase& given,
                   const std::string& body,
                   const std::vector<std::string>& pieces,
                   bool streamed) {
    FakeCall call(provider_, request_of(given, body));
    call.build();
    const Headers headers{{"content-type", streamed ? "text/event-stream" : "application/json"}};
    pbay_status status =
        call.head(recorded.status, headers, streamed ? PBAY_FRAME_SSE : PBAY_FRAME_WHOLE);
    for (std::size_t at = 0; status == PBAY_OK && at < pieces.size();) {
      std::vector<Frame> together;  // as many at once as come at once
      for (std::size_t n = 1 + random_() % 3; n > 0 && at < pieces.size(); --n)
        together.push_back({pieces[at++], ""});
      status = call.frames(together);
    }
    return ended(call, status);
  }

  std::vector<RecordedExchange> exchanges_;
  FakeHost host_;
  PluginModule module_{kGeminiPlugin, host_};
  FakeProvider provider_{module_, "{}"};
  std::mt19937 random_{20240601};
};

TEST_F(RecordedGemini, EventsHoldWhatTheAnswerHolds) {
  std::size_t answers = 0;
  for (const RecordedExchange& recorded : exchanges_) {
    if (!recorded.endpoint.ends_with("enerateContent") || recorded.status != 200) continue;
    ++answers;
    const bool streamed = recorded.response.starts_with("data:");
    const std::vector<std::string> pieces =
        streamed ? framed(recorded.response, random_) : std::vector<std::string>{recorded.response};
    const std::string transcript = play(recorded,
                                        {PBAY_MODE_CHAT, "openai.chat/1", "gemini", streamed},
                                        R"({"messages":[{"role":"user","content":"x"}]})",
                                        pieces,
                                        streamed);
    EXPECT_EQ(held_by_events(transcript), held_by_answer(pieces)) << "recording " << recorded.id;
    EXPECT_TRUE(transcript.ends_with("END ok\n")) << recorded.id << "\n" << transcript;
  }
  EXPECT_GE(answers, kAnswersLeast);
}

TEST_F(RecordedGemini, ErrorsSayWhatTheVendorSays) {
  std::size_t errors = 0;
  for (const RecordedExchange& recorded : exchanges_) {
    if (recorded.status < 400) continue;
    ++errors;
    const std::string transcript = play(recorded,
                                        {PBAY_MODE_CHAT, "openai.chat/1", "gemini", false},
                                        R"({"messages":[{"role":"user","content":"x"}]})",
                                        {recorded.response},
                                        false);
    const auto body = json::parse(recorded.response);
    ASSERT_TRUE(body) << recorded.id;
    const std::string message = text_of(*body->find("error"), "message");
    EXPECT_NE(transcript.find("message=\"" + message + "\""), transcript.npos) << transcript;
    const char* category = recorded.status == 404 ? "FAIL model_not_found" : "FAIL auth";
    EXPECT_TRUE(transcript.starts_with(category)) << transcript;
  }
  EXPECT_GE(errors, 2u);
}

// The recorded requests were made by the vendor's own clients: what ours says to the same texts is
// answered by the same vectors.
TEST_F(RecordedGemini, EmbeddingsHoldTheVectors) {
  std::size_t answers = 0;
  for (const RecordedExchange& recorded : exchanges_) {
    if (recorded.endpoint != "embedContent" || recorded.status != 200) continue;
    ++answers;
    const auto answer = json::parse(recorded.response);
    ASSERT_TRUE(answer) << recorded.id;
    const std::vector<json::Value>& vectors = answer->find("embeddings")->items();
    std::string inputs;
    for (std::size_t i = 0; i < vectors.size(); ++i)
      inputs += i == 0 ? "\"x\"" : ",\"x\"";
    const std::string transcript =
        play(recorded,
             {PBAY_MODE_EMBEDDING, "openai.embeddings/1", recorded.model, false},
             R"({"input":[)" + inputs + "]}",
             {recorded.response},
             false);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      const std::vector<json::Value>& values = vectors[i].find("values")->items();
      const std::string head =
          "EMBEDDING " + std::to_string(i) + " kind=2 dims=" + std::to_string(values.size()) + " ";
      const std::size_t at = transcript.find(head);
      ASSERT_NE(at, transcript.npos) << recorded.id;
      const std::size_t begin = at + head.size();
      const auto said = json::parse(
          std::string_view(transcript).substr(begin, transcript.find('\n', begin) - begin));
      ASSERT_TRUE(said) << recorded.id;
      for (std::size_t n = 0; n < values.size(); ++n)
        EXPECT_EQ(said->items().at(n).as_number(), values[n].as_number());
    }
    EXPECT_TRUE(transcript.ends_with("END ok\n")) << recorded.id;
  }
  EXPECT_GE(answers, 2u);
}

}  // namespace
}  // namespace patchbay::testing
