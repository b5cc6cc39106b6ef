#include "core/telemetry/exposition.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::telemetry {
namespace {

using testing::HasSubstr;
using Type = Exposition::Type;

TEST(Exposition, NamesTheKindAndWhatItIs) {
  Exposition page;
  page.family(Type::kCounter, "things_total", "Things seen.");
  page.add({{"kind", "a"}}, 3);
  EXPECT_EQ(page.text(),
            "# HELP things_total Things seen.\n"
            "# TYPE things_total counter\n"
            "things_total{kind=\"a\"} 3\n");
}

TEST(Exposition, ShowsAFamilyWithoutValues) {
  Exposition page;
  page.family(Type::kGauge, "empty", "Nothing yet.");
  EXPECT_THAT(page.text(), HasSubstr("# TYPE empty gauge\n"));
}

TEST(Exposition, EscapesWhatALabelMayHold) {
  Exposition page;
  page.family(Type::kGauge, "g", "G.");
  page.add({{"name", "a\"b\\c\nd"}}, 1);
  EXPECT_THAT(page.text(), HasSubstr(R"(g{name="a\"b\\c\nd"} 1)"));
}

TEST(Exposition, WritesLargeCountsInFull) {
  Exposition page;
  page.family(Type::kCounter, "c_total", "C.");
  page.add({}, 123'456'789'012'345.0);
  EXPECT_THAT(page.text(), HasSubstr("c_total 123456789012345\n"));
}

TEST(Exposition, CumulatesBuckets) {
  static constexpr std::array<std::int64_t, 2> kBounds{1'000'000, 2'500'000'000};
  Exposition page;
  page.family(Type::kHistogram, "h_seconds", "H.");
  page.add({{"w", "0"}}, Exposition::Buckets{kBounds, {1, 2, 4}, 1'500'000'000});
  const std::string text = page.text();
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{w=\"0\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{w=\"0\",le=\"2.5\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{w=\"0\",le=\"+Inf\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_count{w=\"0\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_sum{w=\"0\"} 1.5\n"));
}

TEST(Exposition, AddsBucketsUp) {
  static constexpr std::array<std::int64_t, 1> kBounds{1'000};
  Exposition::Buckets sum;
  sum.add({kBounds, {1, 2}, 10});
  sum.add({kBounds, {3, 4}, 20});
  EXPECT_EQ(sum.counts, (std::vector<std::uint64_t>{4, 6}));
  EXPECT_EQ(sum.sum_ns, 30U);
}

}  // namespace
}  // namespace patchbay::telemetry
