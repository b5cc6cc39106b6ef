// The stub's sound, and how long it takes a recording to be.

#include "plugins/stub/sound.hpp"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

namespace patchbay::testing {
namespace {

using namespace std::string_literals;
using plugins::stub::duration_us_of;
using plugins::stub::kToneSamples;
using plugins::stub::tone_of;
using plugins::stub::wav_head;

std::int16_t sample(const std::string& sound, std::size_t index) {
  std::int16_t value = 0;
  std::memcpy(&value, sound.data() + index * sizeof value, sizeof value);
  return value;
}

TEST(Sound, IsAQuarterOfASecondThatBeginsAndEndsInSilence) {
  const std::string tone = tone_of("hello");
  ASSERT_EQ(tone.size(), kToneSamples * 2);
  EXPECT_EQ(sample(tone, 0), 0);
  EXPECT_EQ(sample(tone, kToneSamples - 1), 0);
  std::int16_t loudest = 0;
  std::int16_t lowest = 0;
  for (std::size_t i = 0; i < kToneSamples; ++i) {
    loudest = std::max(loudest, sample(tone, i));
    lowest = std::min(lowest, sample(tone, i));
  }
  EXPECT_GT(loudest, 4000);
  EXPECT_LT(lowest, -4000);
  EXPECT_LE(loudest, 6000);
  EXPECT_EQ(tone, tone_of("hello"));
  EXPECT_NE(tone, tone_of("other"));
}

TEST(Sound, HasAHeadThatSaysWhatItIs) {
  EXPECT_EQ(wav_head(0x01020304),
            "RIFF\x28\x03\x02\x01WAVEfmt \x10\0\0\0\x01\0\x01\0"s
            "\xC0\x5D\0\0\x80\xBB\0\0\x02\0\x10\0data\x04\x03\x02\x01"s);
}

TEST(Sound, LastsAsLongAsItsHeadSays) {
  const std::string two_tones = wav_head(kToneSamples * 4) + tone_of("a") + tone_of("b");
  EXPECT_EQ(duration_us_of(two_tones, two_tones.size()), 500'000);
  EXPECT_EQ(duration_us_of(two_tones.substr(0, 44), two_tones.size()), 500'000);
}

TEST(Sound, DoesNotBelieveAHeadThatIsLongerThanTheFile) {
  const std::string unfinished = wav_head(0xFFFFFF00) + tone_of("a");
  EXPECT_EQ(duration_us_of(unfinished, unfinished.size()), 250'000);
}

TEST(Sound, SkipsWhatItDoesNotKnow) {
  std::string file = wav_head(kToneSamples * 2);
  file.insert(12, "LIST\x03\0\0\0abc\0"s);
  EXPECT_EQ(duration_us_of(file, file.size() + kToneSamples * 2), 250'000);
}

TEST(Sound, IsEstimatedWhereNothingIsKnown) {
  EXPECT_EQ(duration_us_of("ID3...", 32'000), 2'000'000);
  EXPECT_EQ(duration_us_of("", 0), 0);
  EXPECT_EQ(duration_us_of("RIFF....WAVE", 16'000), 1'000'000);
  EXPECT_EQ(duration_us_of("RIFF....WAVEfmt \xFF\xFF\xFF\xFF", 16'000), 1'000'000);
  EXPECT_EQ(duration_us_of("", UINT64_MAX), 24LL * 3600 * 1'000'000);
}

}  // namespace
}  // namespace patchbay::testing
