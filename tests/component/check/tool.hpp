// Runs patchbay-check, and reads what it says.

#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace patchbay::testing {

struct ToolRun {
  int exit_code = -1;
  std::string output;  // standard output
  std::string errors;  // standard error
};

// Waits for its end.
ToolRun run_tool(const std::vector<std::string>& arguments);

// What --json says.
struct ToolReport {
  int exit_code = -1;
  std::string plugin;
  std::string seed;
  std::set<std::string> ids;      // of every check that is in it
  std::set<std::string> failed;   // ids
  std::set<std::string> warned;   // ids
  std::set<std::string> skipped;  // ids
  std::string text;               // of every failure and warning, for messages and searches
};
ToolReport report_of(std::vector<std::string> arguments);

// A folder that goes when this does.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace patchbay::testing
