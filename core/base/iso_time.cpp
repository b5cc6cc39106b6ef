#include "core/base/iso_time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace patchbay {
namespace {

constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // of the year 0
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // of the year 9999

}  // namespace

std::string iso_time(std::int64_t unix_ms) {
  const std::int64_t clamped = std::clamp(unix_ms, kFirstMs, kLastMs);
  const std::int64_t ms = (clamped % 1000 + 1000) % 1000;
  const auto seconds = static_cast<std::time_t>((clamped - ms) / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 80> text{};
  const int size = std::snprintf(text.data(),
                                 text.size(),
                                 "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                 utc.tm_year + 1900,
                                 utc.tm_mon + 1,
                                 utc.tm_mday,
                                 utc.tm_hour,
                                 utc.tm_min,
                                 utc.tm_sec,
                                 static_cast<int>(ms));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace patchbay
