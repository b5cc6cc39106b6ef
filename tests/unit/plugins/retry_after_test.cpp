#include "plugins/shared/retry_after.hpp"

#include <gtest/gtest.h>

#include "patchbay/host.hpp"

namespace patchbay::plugins {
namespace {

constexpr std::int64_t kNow = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT

std::int64_t wait_for(std::string_view name, std::string_view value) {
  const pbay_kv header{sdk::str(name), sdk::str(value)};
  return retry_after_ms({&header, 1}, kNow);
}

TEST(RetryAfter, ReadsSecondsAndMilliseconds) {
  EXPECT_EQ(wait_for("Retry-After", "7"), 7000);
  EXPECT_EQ(wait_for("retry-after", " 0.5 "), 500);
  EXPECT_EQ(wait_for("retry-after-ms", "1500.9"), 1500);
  EXPECT_EQ(wait_for("retry-after", "0"), 0);
}

TEST(RetryAfter, PrefersMilliseconds) {
  const pbay_kv headers[] = {{sdk::str("retry-after"), sdk::str("9")},
                             {sdk::str("retry-after-ms"), sdk::str("20")}};
  EXPECT_EQ(retry_after_ms(headers, kNow), 20);
}

TEST(RetryAfter, ReadsDates) {
  EXPECT_EQ(wait_for("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"), 3000);
  EXPECT_EQ(wait_for("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"), 0) << "it has passed";
  EXPECT_EQ(wait_for("retry-after", "Mon, 07 Nov 1994 00:00:00 GMT"), 54623000);
}

TEST(RetryAfter, IsBounded) {
  EXPECT_EQ(wait_for("retry-after", "1e300"), 86400000);
  EXPECT_EQ(wait_for("retry-after", "Sun, 06 Nov 2094 08:49:40 GMT"), 86400000);
  EXPECT_EQ(wait_for("retry-after", "-3"), 0);
  EXPECT_EQ(wait_for("retry-after", "nan"), 0);
}

TEST(RetryAfter, IgnoresWhatMakesNoSense) {
  for (const char* value : {"",
                            "soon",
                            "7 s",
                            "Sun, 32 Nov 1994 08:49:37 GMT",
                            "Sun, 06 Xxx 1994 08:49:37 GMT",
                            "Sunday, 06-Nov-94 08:49:37 GMT"}) {
    EXPECT_EQ(wait_for("retry-after", value), -1) << value;
  }
  EXPECT_EQ(retry_after_ms({}, kNow), -1);
}

}  // namespace
}  // namespace patchbay::plugins
