#include "core/base/iso_time.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace patchbay {
namespace {

TEST(IsoTime, IsUtcWithMilliseconds) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(1'700'000'000'042), "2023-11-14T22:13:20.042Z");
  EXPECT_EQ(iso_time(951'827'696'789), "2000-02-29T12:34:56.789Z");
}

TEST(IsoTime, HoldsBeforeTheEpoch) {
  EXPECT_EQ(iso_time(-1), "1969-12-31T23:59:59.999Z");
}

TEST(IsoTime, ClampsWhatHasNoFourDigits) {
  EXPECT_EQ(iso_time(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(iso_time(std::numeric_limits<std::int64_t>::min()), "0000-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace patchbay
