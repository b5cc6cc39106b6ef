#include "plugins/shared/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "patchbay/host.hpp"

namespace patchbay::plugins {
namespace {

constexpr std::int64_t kLongestMs = 24LL * 60 * 60 * 1000;

std::int64_t clamped(double ms) {
  // The comparison also refuses what is not a number.
  if (!(ms > 0)) return 0;
  return ms < static_cast<double>(kLongestMs) ? static_cast<std::int64_t>(ms) : kLongestMs;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form of a date that senders may still use.
std::optional<std::int64_t> http_date_unix_ms(std::string_view text) {
  constexpr std::size_t kLength = 29;
  if (text.size() != kLength || text.substr(25) != " GMT") return std::nullopt;
  constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = digits(text.substr(5, 2));
  const auto year = digits(text.substr(12, 4));
  const auto hour = digits(text.substr(17, 2));
  const auto minute = digits(text.substr(20, 2));
  const auto second = digits(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;

  const std::chrono::year_month_day date(
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  const auto moment = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                      std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
}

}  // namespace

std::int64_t retry_after_ms(std::span<const pbay_kv> headers, std::int64_t now_unix_ms) {
  if (const auto ms = number(trimmed(sdk::find_header(headers, "retry-after-ms")))) {
    return clamped(*ms);
  }
  const std::string_view value = trimmed(sdk::find_header(headers, "retry-after"));
  if (const auto seconds = number(value)) return clamped(*seconds * 1000);
  if (const auto date = http_date_unix_ms(value)) {
    return std::clamp<std::int64_t>(*date - now_unix_ms, 0, kLongestMs);
  }
  return -1;
}

}  // namespace patchbay::plugins
