#include "core/telemetry/cells.hpp"

#include <array>
#include <chrono>

#include <gtest/gtest.h>

namespace patchbay::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::int64_t, 2> kBounds{1'000, 2'000};

TEST(Counter, AddsUp) {
  Counter counter;
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42U);
}

TEST(Gauge, GoesUpAndDown) {
  Gauge gauge;
  gauge.add(3);
  gauge.add(-5);
  EXPECT_EQ(gauge.value(), -2);
  gauge.set_size(7);
  EXPECT_EQ(gauge.value(), 7);
}

TEST(Histogram, PutsADurationIntoTheFirstBucketThatHoldsIt) {
  Histogram<kBounds> histogram;
  histogram.observe(0ns);
  histogram.observe(1'000ns);
  histogram.observe(1'001ns);
  histogram.observe(2'000ns);
  histogram.observe(2'001ns);
  histogram.observe(24h);
  EXPECT_EQ(histogram.count_in(0), 2U);
  EXPECT_EQ(histogram.count_in(1), 2U);
  EXPECT_EQ(histogram.count_in(2), 2U);
}

TEST(Histogram, SumsDurations) {
  Histogram<kBounds> histogram;
  histogram.observe(1us);
  histogram.observe(2ms);
  EXPECT_EQ(histogram.sum_ns(), 2'001'000U);
}

// Two threads may have read the clock in the other order than it seems.
TEST(Histogram, TakesANegativeDurationAsNone) {
  Histogram<kBounds> histogram;
  histogram.observe(-5ns);
  EXPECT_EQ(histogram.count_in(0), 1U);
  EXPECT_EQ(histogram.sum_ns(), 0U);
}

}  // namespace
}  // namespace patchbay::telemetry
