// Every plugin that is shipped passes: each folder that the build made, with its recordings.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/component/check/tool.hpp"

namespace patchbay::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> bundled() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(PATCHBAY_PLUGINS)) {
    if (fs::exists(entry.path() / "manifest.json")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class BundledPlugin : public ::testing::TestWithParam<std::string> {};

TEST_P(BundledPlugin, PassesEveryCheck) {
  const std::string name = GetParam();
  std::vector<std::string> arguments{PATCHBAY_PLUGINS "/" + name, "--timeout", "110"};
  const fs::path config = fs::path(PATCHBAY_CONFIGS) / (name + ".json");
  const fs::path fixtures = fs::path(PATCHBAY_FIXTURES) / name;
  if (fs::exists(config)) arguments.insert(arguments.end(), {"--config", config});
  if (fs::exists(fixtures)) arguments.insert(arguments.end(), {"--fixtures", fixtures});
  const ToolReport report = report_of(arguments);
  EXPECT_TRUE(report.failed.empty()) << "seed " << report.seed << "\n" << report.text;
  EXPECT_EQ(report.exit_code, 0);
  // What could not be set up would be skipped: a provider must have been made.
  EXPECT_FALSE(report.skipped.contains("call.request"));
  EXPECT_FALSE(report.skipped.contains("call.cancel"));
}

INSTANTIATE_TEST_SUITE_P(Folders,
                         BundledPlugin,
                         ::testing::ValuesIn(bundled()),
                         [](const auto& made) {
                           std::string name = made.param;
                           for (char& c : name)
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           return name;
                         });

}  // namespace
}  // namespace patchbay::testing
