#include "core/telemetry/series_table.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/telemetry/cells.hpp"

namespace patchbay::telemetry {
namespace {

constexpr std::size_t kMax = 3;
using Table = SeriesTable<Counter, kMax>;

TEST(SeriesTable, GivesEqualLabelsTheSameSeries) {
  LabelSets sets({"a", "b"}, kMax);
  Table table(sets);
  Counter& one = table.at({"x", "y"});
  EXPECT_EQ(&table.at({"x", "y"}), &one);
  EXPECT_NE(&table.at({"xy", ""}), &one);
  EXPECT_NE(&table.at({"", "xy"}), &one);
}

TEST(SeriesTable, KeepsASeriesWhereItIs) {
  LabelSets sets({"a"}, kMax);
  Table table(sets);
  Counter& one = table.at({"one"});
  one.add();
  for (int i = 0; i < 100; ++i)
    table.at({std::to_string(i)}).add();
  EXPECT_EQ(&table.at({"one"}), &one);
  EXPECT_EQ(one.value(), 1U);
}

TEST(SeriesTable, SharesOneSeriesBeyondTheBound) {
  LabelSets sets({"a"}, kMax);
  Table table(sets);
  for (int i = 0; i < 1'000; ++i)
    table.at({std::to_string(i)}).add();
  EXPECT_EQ(sets.values().size(), kMax);
  for (std::size_t i = 0; i < kMax; ++i)
    EXPECT_EQ(table.get(i)->value(), 1U);
  EXPECT_EQ(table.get(kMax)->value(), 1'000 - kMax);
}

// The bound is that of the process: two workers that see different names do not have twice as many.
TEST(SeriesTable, HasItsBoundTogetherWithOthers) {
  LabelSets sets({"a"}, kMax);
  Table one(sets);
  Table two(sets);
  for (int i = 0; i < 10; ++i) {
    one.at({"one" + std::to_string(i)}).add();
    two.at({"two" + std::to_string(i)}).add();
  }
  EXPECT_EQ(sets.values().size(), kMax);
  EXPECT_EQ(one.get(kMax)->value() + two.get(kMax)->value(), 20 - kMax);
}

TEST(SeriesTable, NumbersASetAlikeForAll) {
  LabelSets sets({"a"}, kMax);
  Table one(sets);
  Table two(sets);
  one.at({"x"});
  two.at({"y"}).add(2);
  two.at({"x"}).add(1);
  EXPECT_EQ(two.get(0)->value(), 1U);
  EXPECT_EQ(two.get(1)->value(), 2U);
  EXPECT_EQ(one.get(1), nullptr);
}

TEST(LabelSets, GivesTheValuesBack) {
  LabelSets sets({"a", "b"}, kMax);
  std::string key;
  LabelSets::write_key(key, {"x", ""});
  sets.number_of(key);
  LabelSets::write_key(key, {"", "y"});
  sets.number_of(key);
  const auto values = sets.values();
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0], (std::vector<std::string>{"x", ""}));
  EXPECT_EQ(values[1], (std::vector<std::string>{"", "y"}));
}

TEST(LabelSets, HasAsManyValuesAsNamesWhateverIsInThem) {
  LabelSets sets({"a"}, kMax);
  std::string key;
  LabelSets::write_key(key, {std::string_view("x\0y", 3)});
  sets.number_of(key);
  ASSERT_EQ(sets.values().size(), 1U);
  EXPECT_EQ(sets.values()[0].size(), 1U);
}

}  // namespace
}  // namespace patchbay::telemetry
