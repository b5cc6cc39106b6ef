#include "core/api/turns/save_pace.hpp"

#include <gtest/gtest.h>

namespace patchbay::api {
namespace {

TEST(SavePace, StoresAShortAnswerWheneverItHasGrown) {
  SavePace pace;
  EXPECT_FALSE(pace.due(0)) << "nothing was said yet";
  for (std::size_t bytes = 1; bytes <= SavePace::kOftenUpTo; bytes += 1000) {
    EXPECT_TRUE(pace.due(bytes));
    EXPECT_FALSE(pace.due(bytes)) << "and not twice";
  }
}

// Looked at after every kilobyte, which is far more often than there is time for.
TEST(SavePace, StoresALongAnswerSoRarelyThatTheWholeIsBounded) {
  constexpr std::size_t kStep = 1024;
  constexpr std::size_t kEnd = 16 * 1024 * 1024;
  SavePace pace;
  std::size_t writes = 0;
  std::size_t written = 0;
  std::size_t saved = 0;
  for (std::size_t bytes = kStep; bytes <= kEnd; bytes += kStep) {
    if (!pace.due(bytes)) {
      EXPECT_LT(bytes - saved, saved / 10 + kStep) << "no more than a tenth is lost";
      continue;
    }
    ++writes;
    written += bytes;
    saved = bytes;
  }
  EXPECT_LT(writes, 64U + 100U);
  EXPECT_LT(written, 12 * kEnd);
  EXPECT_GE(saved, kEnd / 11 * 10);
}

}  // namespace
}  // namespace patchbay::api
