#include "core/http/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>

namespace patchbay::http {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kSecondsPerDay = 86'400;

constexpr std::array<std::string_view, 7> kDays = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Fields {
  int year = 0;
  unsigned month = 0;  // from 1
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Takes one thing after the other off the front of a text; once one is not there, stays failed.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  Cursor& literal(std::string_view expected) {
    if (text_.starts_with(expected)) {
      text_.remove_prefix(expected.size());
    } else {
      failed_ = true;
    }
    return *this;
  }

  Cursor& number(std::size_t digits, int& out) {
    const std::string_view field = text_.substr(0, digits);
    if (field.size() != digits || !std::all_of(field.begin(), field.end(), is_digit)) {
      failed_ = true;
      return *this;
    }
    std::from_chars(field.data(), field.data() + digits, out);
    text_.remove_prefix(digits);
    return *this;
  }

  Cursor& month(unsigned& out) {
    const auto* found = std::find(kMonths.begin(), kMonths.end(), text_.substr(0, 3));
    if (found == kMonths.end()) {
      failed_ = true;
      return *this;
    }
    out = static_cast<unsigned>(found - kMonths.begin()) + 1;
    text_.remove_prefix(3);
    return *this;
  }

  Cursor& time(Fields& out) {
    return number(2, out.hour)
        .literal(":")
        .number(2, out.minute)
        .literal(":")
        .number(2, out.second);
  }

  [[nodiscard]] bool at(char c) const { return text_.starts_with(c); }
  [[nodiscard]] bool complete() const { return !failed_ && text_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::string_view text_;
  bool failed_ = false;
};

std::optional<std::int64_t> seconds_of(const Fields& fields) {
  const year_month_day date{std::chrono::year(fields.year),
                            std::chrono::month(fields.month),
                            std::chrono::day(static_cast<unsigned>(fields.day))};
  // The 60th second is a leap second, which this count of seconds does not have.
  if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) {
    return std::nullopt;
  }
  return sys_days(date).time_since_epoch().count() * kSecondsPerDay + fields.hour * 3600 +
         fields.minute * 60 + std::min(fields.second, 59);
}

int year_of(std::int64_t unix_seconds) {
  const sys_days day{days(unix_seconds / kSecondsPerDay)};
  return static_cast<int>(year_month_day(day).year());
}

int full_year(int two_digits, int this_year) {
  const int year = this_year - this_year % 100 + two_digits;
  return year > this_year + 50 ? year - 100 : year;
}

// After the comma: "06 Nov 1994 08:49:37 GMT", or with hyphens and a short year.
std::optional<std::int64_t> parse_after_comma(std::string_view text, std::int64_t now) {
  Fields fields;
  Cursor cursor(text);
  cursor.literal(", ").number(2, fields.day);
  if (cursor.at('-')) {
    cursor.literal("-").month(fields.month).literal("-").number(2, fields.year);
    fields.year = full_year(fields.year, year_of(now));
  } else {
    cursor.literal(" ").month(fields.month).literal(" ").number(4, fields.year);
  }
  cursor.literal(" ").time(fields).literal(" GMT");
  return cursor.complete() ? seconds_of(fields) : std::nullopt;
}

// After the day's name: " Nov  6 08:49:37 1994".
std::optional<std::int64_t> parse_asctime(std::string_view text) {
  Fields fields;
  Cursor cursor(text);
  cursor.literal(" ").month(fields.month).literal(" ");
  if (cursor.at(' ')) {
    cursor.literal(" ").number(1, fields.day);
  } else {
    cursor.number(2, fields.day);
  }
  cursor.literal(" ").time(fields).literal(" ").number(4, fields.year);
  return cursor.complete() ? seconds_of(fields) : std::nullopt;
}

void append_padded(std::string& out, int value, int digits) {
  const std::string text = std::to_string(value);
  out.append(static_cast<std::size_t>(std::max(0, digits - static_cast<int>(text.size()))), '0');
  out.append(text);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t'))
    text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

std::string format_date(std::int64_t unix_seconds) {
  constexpr std::int64_t kFirst = -62'167'219'200;  // 0000-01-01 00:00:00
  constexpr std::int64_t kLast = 253'402'300'799;   // 9999-12-31 23:59:59
  const std::chrono::sys_seconds time{
      std::chrono::seconds(std::clamp(unix_seconds, kFirst, kLast))};
  const sys_days day = std::chrono::floor<days>(time);
  const year_month_day date(day);
  const auto second_of_day = static_cast<int>((time - day).count());

  std::string out;
  out.reserve(29);
  out.append(kDays[std::chrono::weekday(day).c_encoding()].substr(0, 3)).append(", ");
  append_padded(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  out.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
  append_padded(out, static_cast<int>(date.year()), 4);
  out.append(" ");
  append_padded(out, second_of_day / 3600, 2);
  out.append(":");
  append_padded(out, second_of_day / 60 % 60, 2);
  out.append(":");
  append_padded(out, second_of_day % 60, 2);
  return out.append(" GMT");
}

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) {
  text = trimmed(text);
  for (const std::string_view day : kDays) {
    if (text.starts_with(day)) return parse_after_comma(text.substr(day.size()), now);
  }
  for (const std::string_view day : kDays) {
    if (!text.starts_with(day.substr(0, 3))) continue;
    text.remove_prefix(3);
    return text.starts_with(',') ? parse_after_comma(text, now) : parse_asctime(text);
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_retry_after(std::string_view text, std::int64_t now) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    std::int64_t seconds = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (result.ec != std::errc()) return std::numeric_limits<std::int64_t>::max();
    return seconds;
  }
  const std::optional<std::int64_t> date = parse_date(text, now);
  if (!date) return std::nullopt;
  return std::max<std::int64_t>(0, *date - now);
}

}  // namespace patchbay::http
