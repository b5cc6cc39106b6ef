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
      {.kind = FileKind::kHtml, .bytes = "<p>One.<p>Two.", .rules = {.tokens = 3, .overlap = 0}});
  ASSERT_TRUE(chunks);
  EXPECT_THAT(*chunks, ElementsAre("One.", "Two."));
}

TEST(Preparer, TellsWhatIsWrongWithAFile) {
  Preparer preparer;
  EXPECT_FALSE(prepared(preparer, {.kind = FileKind::kText, .bytes = "\xFF"}));
  EXPECT_TRUE(prepared(preparer, {.kind = FileKind::kText, .bytes = "and goes on"}));
}

}  // namespace
}  // namespace patchbay::documents
