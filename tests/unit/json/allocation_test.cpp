// scan() promises to allocate nothing once a thread is warm.

#include <string>

#include <gtest/gtest.h>

#include "core/json/scan.hpp"
#include "tests/support/allocations.hpp"
#include "tests/unit/json/padded.hpp"

namespace patchbay::json {
namespace {

TEST(Allocations, ScanNeedsNoneOnceWarm) {
  const std::string text = R"({"messages":[{"role":"user","content":")" +
                           std::string(100'000, 'x') +
                           R"("}],"n":1.5e3,"model":"a-model-with-a-long-name","stream":true})";
  const PaddedText padded(text);
  Wanted wanted[] = {{"model"}, {"stream"}, {"messages"}, {"stream_options.include_usage"}};
  ASSERT_TRUE(scan(padded.padded(), wanted));
  ASSERT_TRUE(scan(text, wanted));

  std::string scratch;
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < 10; ++i) {
                (void)scan(padded.padded(), wanted);
                (void)scan(text, wanted);
                (void)string_of(text, wanted[0], scratch);
              }
            }),
            0U);
  EXPECT_EQ(string_of(text, wanted[0], scratch), "a-model-with-a-long-name");
}

TEST(Allocations, ALargeTextLeavesNothingBehind) {
  const std::string large = R"({"a":")" + std::string(2'000'000, 'x') + R"("})";
  ASSERT_TRUE(scan(large, {}));
  EXPECT_GT(allocations_in([&] { (void)scan(large, {}); }), 0U) << "so its memory was given back";
}

}  // namespace
}  // namespace patchbay::json
