// JSONTestSuite (https://github.com/nst/JSONTestSuite) against every reader of JSON here. The suite
// is not part of this repository: PATCHBAY_SPECS names the folder that holds it, packed. The cases
// in tests/unit/json cover the same ground without it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include "core/json/scan.hpp"
#include "core/json/value.hpp"

extern char** environ;  // NOLINT: POSIX names it

namespace patchbay::json {
namespace {

namespace fs = std::filesystem;

// A folder that is there for one test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "patchbay-json-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

bool unpack(const fs::path& archive, const fs::path& folder) {
  std::vector<std::string> words = {"tar", "-xzf", archive.string(), "-C", folder.string()};
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, "tar", nullptr, nullptr, arguments.data(), environ) != 0) return false;
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// JSON leaves open what names that stand twice mean; parse() refuses them.
bool has_duplicate_names(const std::string& name) {
  return name == "y_object_duplicated_key.json" || name == "y_object_duplicated_key_and_value.json";
}

void check(const std::string& name, const std::string& text) {
  const bool valid = static_cast<bool>(validate(text));
  const bool parsed = static_cast<bool>(parse(text));
  Wanted wanted[] = {{"a"}, {"a.b"}};
  const auto scanned = scan(text, wanted);
  if (name.starts_with("y_")) {
    EXPECT_TRUE(valid) << name;
    EXPECT_EQ(parsed, !has_duplicate_names(name)) << name;
  } else if (name.starts_with("n_")) {
    EXPECT_FALSE(valid) << name;
    EXPECT_FALSE(parsed) << name;
    EXPECT_FALSE(scanned) << name;
  } else {
    // Either answer will do; that there is one is the point.
    EXPECT_TRUE(name.starts_with("i_")) << name;
  }
  if (scanned) {
    EXPECT_TRUE(valid) << name;
  }
}

TEST(JsonTestSuite, IsAnsweredAsItAsks) {
  const char* specs = std::getenv("PATCHBAY_SPECS");  // NOLINT: no thread changes the environment
  if (specs == nullptr || *specs == '\0') {
    std::cerr << "\n*** LEFT OUT: JSONTestSuite. Set PATCHBAY_SPECS to the folder that holds "
                 "json-test-suite.tar.gz. ***\n\n";
    GTEST_SKIP() << "PATCHBAY_SPECS is not set";
  }
  const TemporaryFolder folder;
  ASSERT_FALSE(folder.path().empty());
  const fs::path archive = fs::path(specs) / "json-test-suite.tar.gz";
  ASSERT_TRUE(unpack(archive, folder.path())) << "cannot unpack " << archive;

  int accepted = 0;
  int refused = 0;
  int open = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || entry.path().extension() != ".json") continue;
    (name.starts_with("y_") ? accepted : name.starts_with("n_") ? refused : open) += 1;
    check(name, contents(entry.path()));
  }
  // A suite that lost its files would pass every check above.
  EXPECT_GE(accepted, 90);
  EXPECT_GE(refused, 180);
  EXPECT_GE(open, 30);
}

}  // namespace
}  // namespace patchbay::json
