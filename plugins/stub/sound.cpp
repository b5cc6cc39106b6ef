#include "plugins/stub/sound.hpp"

#include <algorithm>

#include "plugins/shared/openai_choice.hpp"

namespace patchbay::plugins::stub {
namespace {

constexpr std::uint64_t kSecondUs = 1'000'000;
constexpr std::uint64_t kUnknownBytesPerSecond = 16'000;
constexpr std::uint64_t kLongestUs = 24 * 3600 * kSecondUs;
constexpr std::uint32_t kFadeSamples = kSamplesPerSecond / 100;  // a tone that jumps, clicks
constexpr std::int64_t kLoudest = 6000;

void append_u16(std::string& out, std::uint32_t number) {
  out += static_cast<char>(number & 0xFF);
  out += static_cast<char>(number >> 8U & 0xFF);
}

void append_u32(std::string& out, std::uint32_t number) {
  append_u16(out, number & 0xFFFF);
  append_u16(out, number >> 16U);
}

// REQUIRES: four bytes from `at`.
std::uint32_t u32_at(std::string_view text, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;)
    number = number << 8U | static_cast<unsigned char>(text[at + i]);
  return number;
}

std::int64_t duration_us(std::uint64_t bytes, std::uint64_t bytes_per_second) {
  const std::uint64_t seconds = bytes / bytes_per_second;
  if (seconds >= kLongestUs / kSecondUs) return static_cast<std::int64_t>(kLongestUs);
  const std::uint64_t rest = bytes % bytes_per_second * kSecondUs / bytes_per_second;
  return static_cast<std::int64_t>(seconds * kSecondUs + rest);
}

}  // namespace

std::string wav_head(std::uint32_t bytes) {
  constexpr std::uint32_t kFormatBytes = 16;
  constexpr std::uint32_t kPcm = 1;
  std::string out = "RIFF";
  append_u32(out, 4 + 8 + kFormatBytes + 8 + bytes);
  out += "WAVEfmt ";
  append_u32(out, kFormatBytes);
  append_u16(out, kPcm);
  append_u16(out, 1);  // channels
  append_u32(out, kSamplesPerSecond);
  append_u32(out, kSamplesPerSecond * kBytesPerSample);
  append_u16(out, kBytesPerSample);
  append_u16(out, kBytesPerSample * 8);
  out += "data";
  append_u32(out, bytes);
  return out;
}

std::string tone_of(std::string_view word) {
  const auto period = static_cast<std::int64_t>(40 + hash_of(word) % 80);  // 600 down to 200 Hz
  std::string out;
  out.reserve(std::size_t{kToneSamples} * kBytesPerSample);
  for (std::uint32_t i = 0; i < kToneSamples; ++i) {
    // A triangle, from -period to +period and back.
    const std::int64_t phase = std::int64_t{i} % period;
    const std::int64_t wave = phase * 2 < period ? 4 * phase - period : 3 * period - 4 * phase;
    const std::int64_t fade = std::min({i, kToneSamples - 1 - i, kFadeSamples});
    const std::int64_t sample = wave * kLoudest / period * fade / kFadeSamples;
    append_u16(out, static_cast<std::uint16_t>(sample));
  }
  return out;
}

std::int64_t duration_us_of(std::string_view content, std::uint64_t length) {
  constexpr std::size_t kRiffHead = 12;
  constexpr std::size_t kChunkHead = 8;
  const bool is_wav =
      content.size() >= kRiffHead && content.starts_with("RIFF") && content.substr(8, 4) == "WAVE";
  std::uint64_t bytes_per_second = 0;
  for (std::size_t at = kRiffHead; is_wav && at + kChunkHead <= content.size();) {
    const std::string_view id = content.substr(at, 4);
    const std::uint64_t size = u32_at(content, at + 4);
    at += kChunkHead;
    if (id == "fmt " && at + 12 <= content.size()) {
      bytes_per_second = u32_at(content, at + 8);
    } else if (id == "data" && bytes_per_second > 0) {
      // A recorder that could not go back to the head leaves a size that is beyond the file.
      const std::uint64_t there = length > at ? length - at : 0;
      return duration_us(std::min(size, there), bytes_per_second);
    }
    if (size > content.size()) break;
    at += size + size % 2;
  }
  return duration_us(length, kUnknownBytesPerSecond);
}

}  // namespace patchbay::plugins::stub
