// Every plugin that is shipped passes: each folder that the build made, with its recordings.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
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

// The one that its recordings were made with; "" where the plugin needs none. CONFIGS in it is the
// folder that it comes from.
std::string config_of(const std::string& name) {
  std::ifstream in(fs::path(PATCHBAY_CONFIGS) / (name + ".json"));
  std::string config(std::istreambuf_iterator<char>(in), {});
  const std::string word = "CONFIGS";
  if (const std::size_t at = config.find(word); at != config.npos) {
    config.replace(at, word.size(), PATCHBAY_CONFIGS);
  }
  return config;
}

class BundledPlugin : public ::testing::TestWithParam<std::string> {};

TEST_P(BundledPlugin, PassesEveryCheck) {
  const std::string name = GetParam();
  // Another seed would be another test each time; that is for whoever looks for more.
  std::vector<std::string> arguments{
      PATCHBAY_PLUGINS "/" + name, "--timeout", "110", "--seed", "20261121"};
  const TemporaryFolder folder;
  const fs::path fixtures = fs::path(PATCHBAY_FIXTURES) / name;
  if (const std::string config = config_of(name); !config.empty()) {
    folder.write("config.json", config);
    arguments.insert(arguments.end(), {"--config", folder.path() / "config.json"});
  }
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
