#include "core/http/date.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

constexpr std::int64_t kExample = 784'111'777;  // 1994-11-06 08:49:37 UTC
constexpr std::int64_t kNow = 1'700'000'000;    // 2023-11-14 22:13:20 UTC

TEST(Date, IsWrittenAsImfFixdate) {
  EXPECT_EQ(format_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(format_date(1'709'164'800), "Thu, 29 Feb 2024 00:00:00 GMT");
  EXPECT_EQ(format_date(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(format_date(INT64_MIN), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(Date, IsReadInAllThreeForms) {
  EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), kExample);
  EXPECT_EQ(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_date("Sun Nov  6 08:49:37 1994"), kExample);
  EXPECT_EQ(parse_date("Wed Nov 16 08:49:37 1994"), kExample + 10 * 86'400);
  EXPECT_EQ(parse_date("  Sun, 06 Nov 1994 08:49:37 GMT\t"), kExample);
  EXPECT_EQ(parse_date("Mon, 06 Nov 1994 08:49:37 GMT"), kExample) << "the day's name is not held";
  EXPECT_EQ(parse_date("Sat, 31 Dec 2016 23:59:60 GMT"), 1'483'228'799) << "a leap second";
}

TEST(Date, ReadsWhatItWrites) {
  for (std::int64_t time = -10'000'000'000; time < 10'000'000'000; time += 86'399'999) {
    EXPECT_EQ(parse_date(format_date(time)), time);
  }
}

TEST(Date, PutsAShortYearWithin50YearsOfNow) {
  EXPECT_EQ(parse_date("Sunday, 06-Nov-73 08:49:37 GMT", kNow),
            parse_date("Mon, 06 Nov 2073 08:49:37 GMT"));
  EXPECT_EQ(parse_date("Sunday, 06-Nov-74 08:49:37 GMT", kNow),
            parse_date("Wed, 06 Nov 1974 08:49:37 GMT"));
  EXPECT_EQ(parse_date("Sunday, 06-Nov-00 08:49:37 GMT", kNow),
            parse_date("Mon, 06 Nov 2000 08:49:37 GMT"));
}

TEST(Date, IsNothingWhenTheTextIsNone) {
  for (const char* text : {"",
                           "Sun",
                           "Sun,",
                           "06 Nov 1994 08:49:37 GMT",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT x",
                           "Sun, +6 Nov 1994 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun Nov  6 08:49:37 94",
                           "Sunday Nov  6 08:49:37 1994",
                           "Someday, 06-Nov-94 08:49:37 GMT",
                           "1994-11-06T08:49:37Z"}) {
    EXPECT_EQ(parse_date(text, kNow), std::nullopt) << text;
  }
}

TEST(RetryAfter, IsANumberOfSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("120", kNow), 120);
  EXPECT_EQ(parse_retry_after(" 0 ", kNow), 0);
  EXPECT_EQ(parse_retry_after(format_date(kNow + 30), kNow), 30);
  EXPECT_EQ(parse_retry_after(format_date(kNow - 30), kNow), 0) << "it has passed";
  EXPECT_EQ(parse_retry_after("99999999999999999999999", kNow), INT64_MAX);
  for (const char* text : {"", "-1", "1.5", "soon", "1 s"}) {
    EXPECT_EQ(parse_retry_after(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace patchbay::http
