#include "core/crypto/constant_time.hpp"

#include <gtest/gtest.h>

namespace patchbay::crypto {
namespace {

TEST(EqualInConstantTime, TellsTheSameFromWhatIsNot) {
  EXPECT_TRUE(equal_in_constant_time("a key of some length", "a key of some length"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("a key of some length", "a key of some lengtg"));
  EXPECT_FALSE(equal_in_constant_time("a key of some length", "a key of some"));
  EXPECT_FALSE(equal_in_constant_time("a key of some length", ""));
  EXPECT_FALSE(equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace patchbay::crypto
