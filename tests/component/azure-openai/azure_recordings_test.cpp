// Recorded Azure traffic through the plugin, in the client's own dialect and as events: what comes
// out must hold what the recording holds, and as bytes be what was recorded but for what
// ChunkMender mends.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// these tests are skipped, and say so.

#include <cstdlib>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "core/http/sse_parser.hpp"
#include "core/json/value.hpp"
#include "tests/component/plugins/recording_reader.hpp"

namespace patchbay::testing {
namespace {

constexpr const char* kSkipped =
    "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with azure.jsonl.gz";
constexpr std::size_t kChatsLeast = 20;  // so that an empty corpus does not pass
constexpr std::size_t kStreamsLeast = 7;

// The frames of a body that arrives in pieces of any size.
std::vector<Frame> frames_in_pieces(std::string_view body, std::mt19937& random) {
  std::vector<Frame> frames;
  http::SseParser parser({.max_event_bytes = 1 << 24});
  const auto keep = [&](const http::SseEvent& event) {
    frames.push_back({std::string(event.data), std::string(event.type)});
  };
  while (!body.empty()) {
    const std::size_t size = std::min<std::size_t>(body.size(), 1 + random() % 200);
    EXPECT_TRUE(parser.feed(body.substr(0, size), keep));
    body.remove_prefix(size);
  }
  EXPECT_TRUE(parser.finish(keep));
  return frames;
}

// The chunks that a client of the same dialect gets.
std::vector<std::string> raw_chunks(const std::string& transcript) {
  std::vector<std::string> chunks;
  std::istringstream lines(transcript);
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("RAW ")) continue;
    const auto said = json::parse(line.substr(4));
    chunks.emplace_back(said->as_string().value_or(""));
  }
  return chunks;
}

class AzureRecordings : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("PATCHBAY_RECORDINGS");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << kSkipped;
    recordings_ = read_recordings(folder, "azure");
    ASSERT_GE(recordings_.size(), kChatsLeast);
  }

  [[nodiscard]] static bool streams(const Recording& recording) {
    return recording.answer.headers.front().second == "text/event-stream";
  }

  // The chunks that come out when the stream arrives in pieces, a few frames at a time.
  std::vector<std::string> mended(const Recording& recording, std::mt19937& random) {
    FakeCall call(provider_,
                  {.model = "m",
                   .body = recording.answer.request,
                   .flags = PBAY_REQ_STREAM | PBAY_REQ_SAME_DIALECT});
    call.build();
    EXPECT_EQ(call.head(200, recording.answer.headers, PBAY_FRAME_SSE), PBAY_OK);
    const std::vector<Frame> frames = frames_in_pieces(recording.answer.response, random);
    pbay_status status = PBAY_OK;
    for (std::size_t at = 0; at < frames.size() && status == PBAY_OK;) {
      const std::size_t count = std::min<std::size_t>(frames.size() - at, 1 + random() % 5);
      const auto begin = frames.begin() + static_cast<std::ptrdiff_t>(at);
      status = call.frames({begin, begin + static_cast<std::ptrdiff_t>(count)});
      at += count;
    }
    EXPECT_EQ(status, PBAY_S_STOP) << "recording " << recording.id;
    EXPECT_EQ(call.end(), PBAY_OK);
    return raw_chunks(call.transcript());
  }

  std::vector<Recording> recordings_;
  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/azure-openai/libpatchbay_azure-openai.so", host_};
  FakeProvider provider_{module_, R"({"endpoint":"https://unit.openai.azure.com"})"};
};

TEST_F(AzureRecordings, EventsHoldWhatTheRecordingHolds) {
  bool in_one_go = false;
  for (const Recording& recording : recordings_) {
    in_one_go = !in_one_go;
    const Reading expected = read_answer(recording.answer);
    ASSERT_FALSE(expected.choices.empty()) << "recording " << recording.id;
    const std::string transcript = play_openai(provider_, recording.answer, in_one_go);
    EXPECT_EQ(read_events(transcript), expected) << "recording " << recording.id;
    EXPECT_EQ(transcript.find("\nFAIL "), transcript.npos) << "recording " << recording.id;
  }
}

TEST_F(AzureRecordings, StreamsForClientsOfTheDialectHoldItToo) {
  std::mt19937 random(20240601);
  std::size_t count = 0;
  for (const Recording& recording : recordings_) {
    if (!streams(recording)) continue;
    ++count;
    OpenAiFixture sent = recording.answer;
    sent.response.clear();
    for (const std::string& chunk : mended(recording, random))
      sent.response += "data: " + chunk + "\n\n";
    sent.response += "data: [DONE]\n\n";
    EXPECT_EQ(read_answer(sent), read_answer(recording.answer)) << "recording " << recording.id;
  }
  EXPECT_GE(count, kStreamsLeast);
}

TEST_F(AzureRecordings, OnlyTheBeginningOfAStreamIsMended) {
  std::mt19937 random(7);
  for (const Recording& recording : recordings_) {
    if (!streams(recording)) continue;
    std::vector<std::string> sent;
    for (const Frame& frame :
         frames_of(200, recording.answer.headers, recording.answer.response).frames) {
      if (frame.data != "[DONE]") sent.push_back(frame.data);
    }
    const std::vector<std::string> got = mended(recording, random);
    const bool has_first = sent.front().starts_with(R"({"choices":[],"created":0,"id":"",)");
    if (!has_first) {
      EXPECT_EQ(got, sent) << "recording " << recording.id;
      continue;
    }
    ASSERT_EQ(got.size() + 1, sent.size()) << "recording " << recording.id;
    const std::size_t results = sent.front().find("\"prompt_filter_results\"");
    ASSERT_NE(results, std::string::npos);
    const std::string held = sent.front().substr(results, sent.front().size() - results - 1);
    EXPECT_EQ(got.front(), "{" + held + "," + sent[1].substr(1)) << "recording " << recording.id;
    for (std::size_t i = 1; i < got.size(); ++i)
      EXPECT_EQ(got[i], sent[i + 1]) << "recording " << recording.id;
  }
}

TEST_F(AzureRecordings, WholeAnswersPassUntouched) {
  for (const Recording& recording : recordings_) {
    if (streams(recording)) continue;
    FakeCall call(provider_,
                  {.model = "m", .body = recording.answer.request, .flags = PBAY_REQ_SAME_DIALECT});
    call.build();
    EXPECT_EQ(call.head(200, recording.answer.headers, PBAY_FRAME_WHOLE), PBAY_S_PASSTHROUGH)
        << "recording " << recording.id;
    EXPECT_EQ(call.end(), PBAY_OK);
  }
}

}  // namespace
}  // namespace patchbay::testing
