// Every file in tests/fixtures/settings/wrong is a configuration with mistakes; the .txt of the
// same name holds the exact lines that a user gets for it, all of them, in this order.
//
// The environment of these files: EMPTY is set and empty, SECRET is "s3cr3t-value", BAD_PORT is
// "70000-s3cr3t-value"; nothing else is set.

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

class WrongFile : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(WrongFile, GetsExactlyItsMessages) {
  const std::filesystem::path& yaml = GetParam();
  const std::string expected = read_whole(std::filesystem::path(yaml).replace_extension(".txt"));
  const Environment environment = environment_of(
      {{"EMPTY", ""}, {"SECRET", "s3cr3t-value"}, {"BAD_PORT", "70000-s3cr3t-value"}});
  const Loaded loaded = load_text("wrong.yaml", read_whole(yaml), environment, "/no/such/folder");
  EXPECT_FALSE(loaded.ok());
  EXPECT_EQ(text_of(loaded.problems), expected);
}

std::string name_of_case(const testing::TestParamInfo<std::filesystem::path>& info) {
  return info.param.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Settings,
                         WrongFile,
                         testing::ValuesIn(files_in(PATCHBAY_WRONG_FILES_FOLDER, ".yaml")),
                         name_of_case);

TEST(WrongFiles, AreAllThere) {
  EXPECT_GE(files_in(PATCHBAY_WRONG_FILES_FOLDER, ".yaml").size(), 60U);
}

}  // namespace
}  // namespace patchbay::settings
