// Recorded provider traffic through the openai plugin's events: they must hold what the recording
// holds, and be the events that they were before.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// these tests are skipped, and say so. The golden file has only hashes of what comes out.
// PATCHBAY_UPDATE_GOLDEN=1 writes it anew.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/component/plugins/recording_reader.hpp"

namespace patchbay::testing {
namespace {

constexpr const char* kSkipped =
    "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with openai.jsonl.gz and compatible.jsonl.gz";
const std::string kGolden = PATCHBAY_TEST_FIXTURES "/openai/recordings.golden";
constexpr std::size_t kAnswersLeast = 180;  // so that an empty corpus does not pass

std::string hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

class Recordings : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("PATCHBAY_RECORDINGS");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << kSkipped;
    for (const char* family : {"openai", "compatible"}) {
      for (Recording& recording : read_recordings(folder, family)) {
        recordings_.push_back(std::move(recording));
      }
    }
  }

  std::vector<Recording> recordings_;
  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/openai/libpatchbay_openai.so", host_};
  FakeProvider provider_{module_, "{}"};
};

TEST_F(Recordings, EventsHoldWhatTheRecordingHolds) {
  std::size_t answers = 0;
  for (const Recording& recording : recordings_) {
    const Reading expected = read_answer(recording.answer);
    if (expected.choices.empty()) continue;  // a list, a deletion: not an answer of a model
    ++answers;
    const std::string transcript = play_openai(provider_, recording.answer, answers % 2 == 0);
    EXPECT_EQ(read_events(transcript), expected) << "recording " << recording.id;
    EXPECT_EQ(transcript.find("\nFAIL "), transcript.npos) << "recording " << recording.id;
  }
  EXPECT_GE(answers, kAnswersLeast);
}

TEST_F(Recordings, EventsAreTheSameAsBefore) {
  std::string hashes;
  for (const Recording& recording : recordings_) {
    hashes += recording.id + " " + hash_of(play_openai(provider_, recording.answer, true)) + "\n";
  }
  if (std::getenv("PATCHBAY_UPDATE_GOLDEN") != nullptr) std::ofstream(kGolden) << hashes;
  EXPECT_EQ(hashes, read_file(kGolden));
}

// An upstream, and a proxy in between, cut where they like, which is the framing's business; how
// many frames come at once is the plugin's.
TEST_F(Recordings, HowManyFramesComeAtOnceDoesNotMatter) {
  for (const Recording& recording : recordings_) {
    EXPECT_EQ(play_openai(provider_, recording.answer, true),
              play_openai(provider_, recording.answer, false))
        << "recording " << recording.id;
  }
}

}  // namespace
}  // namespace patchbay::testing
