#include "core/documents/preparer.hpp"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

using testing::ElementsAre;

Result<Preparer::Chunks> prepared(Preparer& preparer, Preparer::Order order) {
  std::promise<Result<Preparer::Chunks>> told;
  preparer.prepare(std::move(order),
                   [&](Result<Preparer::Chunks> chunks) { told.set_value(std::move(chunks)); });
  return told.get_future().get();
}

TEST(Preparer, CutsTheTextOfAFile) {
  Preparer preparer;
  const auto chunks = prepared(
      preparer,
      {.media_type = "text/html", .bytes = "<p>One.<p>Two.", .rules = {.tokens = 3, .overlap = 0}});
  ASSERT_TRUE(chunks);
  EXPECT_THAT(*chunks, ElementsAre("One.", "Two."));
}

TEST(Preparer, RepeatsTheHeaderOfATable) {
  Preparer preparer;
  const auto chunks = prepared(preparer,
                               {.media_type = "text/csv",
                                .bytes = "a,b\r\none,two\r\nthree,four\r\n",
                                .rules = {.tokens = 20, .overlap = 0},
                                .encoding = tokens::Encoding::kEstimate});
  ASSERT_TRUE(chunks);
  EXPECT_THAT(chunks->back(), testing::StartsWith("a,b\n"));
  EXPECT_THAT(chunks->back(), testing::EndsWith("three,four"));
}

TEST(Preparer, TellsWhatIsWrongWithAFile) {
  Preparer preparer;
  EXPECT_FALSE(prepared(preparer, {.media_type = "text/plain", .bytes = "\xFF"}));
  EXPECT_TRUE(prepared(preparer, {.media_type = "text/plain", .bytes = "and goes on"}));
}

}  // namespace
}  // namespace patchbay::documents
