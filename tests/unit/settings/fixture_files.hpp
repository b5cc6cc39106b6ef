// What the tests of the settings share: an environment without a process, and folders of files.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings/environment.hpp"
#include "core/settings/load.hpp"

namespace patchbay::settings {

// An environment of these variables and no others, in a current folder that does not exist.
Environment environment_of(std::map<std::string, std::string> variables);

// Reads `text` as "test.yaml" in the folder /conf, which does not exist.
Loaded load(std::string_view text, std::map<std::string, std::string> variables = {});

// The problems as a person sees them, one a line.
std::string text_of(const std::vector<Problem>& problems);

std::string read_whole(const std::filesystem::path& path);

// The files in `folder` that end in `extension`, in the order of their names.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                            std::string_view extension);

// A folder of its own that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Writes a file that only its owner may read.
  std::filesystem::path write(const std::string& name, std::string_view text) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace patchbay::settings
