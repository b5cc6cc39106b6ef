// Sound for the stub: tones in a WAV file, and how long a recording that was sent lasts.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::plugins::stub {

// What the stub speaks in: one channel of 16-bit samples, little endian.
inline constexpr std::uint32_t kSamplesPerSecond = 24'000;
inline constexpr std::uint32_t kBytesPerSample = 2;

// A tone of a quarter of a second.
inline constexpr std::uint32_t kToneSamples = kSamplesPerSecond / 4;

// The head of a WAV file whose samples take `bytes`.
std::string wav_head(std::uint32_t bytes);

// The sound of one word: a tone whose pitch follows from the word.
std::string tone_of(std::string_view word);

// How long a recording lasts: what a WAV file says of itself; for anything else, of which nothing
// is known, as long as `length` bytes of 128 kbit/s would. `content` may be less than the whole.
std::int64_t duration_us_of(std::string_view content, std::uint64_t length);

}  // namespace patchbay::plugins::stub
