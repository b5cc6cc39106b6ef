// Recorded messages of the vendor through the plugin's events: these must hold what the recording
// holds, however the network cuts it.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// these tests are skipped, and say so.

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "core/http/sse_parser.hpp"
#include "tests/component/anthropic/anthropic_recordings.hpp"

namespace patchbay::testing {
namespace {

constexpr const char* kSkipped =
    "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with anthropic.jsonl.gz";
constexpr std::size_t kMessagesLeast = 30;  // so that an empty corpus does not pass
constexpr std::size_t kSmall = 6000;        // a stream that is cut at every byte
constexpr std::size_t kEventBytesMax = 64 << 20;

class AnthropicRecordings : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("PATCHBAY_RECORDINGS");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << kSkipped;
    messages_ = read_messages(folder);
    ASSERT_GE(messages_.size(), kMessagesLeast);
  }

  // The transcript of a stream that arrives in these pieces, a call of on_frames() for each.
  std::string play(const OpenAiFixture& answer, const std::vector<std::string_view>& pieces) {
    FakeCall call(provider_, {.model = "m", .body = answer.request, .flags = PBAY_REQ_STREAM});
    call.build();
    call.head(200, answer.headers, PBAY_FRAME_SSE);
    http::SseParser parser({.max_event_bytes = kEventBytesMax});
    pbay_status status = PBAY_OK;
    for (const std::string_view piece : pieces) {
      std::vector<Frame> frames;
      const auto keep = [&](const http::SseEvent& event) {
        frames.push_back({std::string(event.data), std::string(event.type)});
      };
      EXPECT_TRUE(parser.feed(piece, keep));
      if (!frames.empty() && status == PBAY_OK) status = call.frames(frames);
    }
    EXPECT_EQ(status, PBAY_S_STOP);
    EXPECT_EQ(call.end(), PBAY_OK);
    return call.transcript();
  }

  std::vector<RecordedMessage> messages_;
  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/anthropic/libpatchbay_anthropic.so", host_};
  FakeProvider provider_{module_, "{}"};
};

bool is_stream(const OpenAiFixture& answer) {
  return answer.headers.front().second.starts_with("text/event-stream");
}

TEST_F(AnthropicRecordings, EventsHoldWhatTheRecordingHolds) {
  for (const RecordedMessage& message : messages_) {
    const std::string transcript = play_openai(provider_, message.answer, true);
    EXPECT_EQ(read_events(transcript), read_message(message.answer)) << "recording " << message.id;
    EXPECT_EQ(transcript.find("\nFAIL "), transcript.npos) << "recording " << message.id;
    EXPECT_EQ(transcript, play_openai(provider_, message.answer, false)) << message.id;
  }
}

TEST_F(AnthropicRecordings, RandomPiecesDoNotMatter) {
  std::mt19937 random(20240601);
  int streams = 0;
  for (const RecordedMessage& message : messages_) {
    if (!is_stream(message.answer)) continue;
    ++streams;
    const std::string_view whole = message.answer.response;
    const std::string expected = play(message.answer, {whole});
    for (int round = 0; round < 5; ++round) {
      std::vector<std::string_view> pieces;
      for (std::size_t at = 0; at < whole.size();) {
        const std::size_t size = 1 + random() % (round < 2 ? 12 : 1500);
        pieces.push_back(whole.substr(at, size));
        at += size;
      }
      EXPECT_EQ(play(message.answer, pieces), expected) << "recording " << message.id;
    }
  }
  EXPECT_GE(streams, 5);
}

TEST_F(AnthropicRecordings, EveryCutOfASmallStreamDoesNotMatter) {
  int streams = 0;
  for (const RecordedMessage& message : messages_) {
    const std::string_view whole = message.answer.response;
    if (!is_stream(message.answer) || whole.size() > kSmall) continue;
    ++streams;
    const std::string expected = play(message.answer, {whole});
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      ASSERT_EQ(play(message.answer, {whole.substr(0, cut), whole.substr(cut)}), expected)
          << "recording " << message.id << " cut at byte " << cut;
    }
  }
  EXPECT_GE(streams, 2);
}

}  // namespace
}  // namespace patchbay::testing
