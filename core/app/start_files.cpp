#include "core/app/start_files.hpp"

#include <algorithm>
#include <string>
#include <system_error>

namespace patchbay::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLocalFile = "patchbay.yaml";
constexpr const char* kSystemFile = "/etc/patchbay/patchbay.yaml";

// The folder without links and dots where it exists, so that two spellings of it are one.
fs::path resolved(const fs::path& folder) {
  std::error_code error;
  fs::path found = fs::weakly_canonical(folder, error);
  if (error) found = folder.lexically_normal();
  if (!found.has_filename() && found.has_relative_path()) found = found.parent_path();
  return found;
}

}  // namespace

std::optional<fs::path> choose_config(const CommandLine& line,
                                      const settings::Environment& environment,
                                      const std::function<bool(const fs::path&)>& exists) {
  if (line.config) return line.config;
  if (const std::string named = environment.find("PATCHBAY_CONFIG").value_or(""); !named.empty()) {
    return named;
  }
  for (const char* candidate : {kLocalFile, kSystemFile}) {
    std::error_code ignored;
    const fs::path full = environment.current_folder / candidate;
    // A file that is there but cannot be read is chosen too: passing over it would hide that.
    if (exists ? exists(full) : fs::exists(fs::symlink_status(full, ignored))) return candidate;
  }
  return std::nullopt;
}

std::vector<fs::path> plugin_folders(const CommandLine& line,
                                     const settings::Settings& settings,
                                     const settings::Environment& environment,
                                     const fs::path& prefix) {
  std::vector<fs::path> folders;
  const auto add = [&](const fs::path& folder) {
    const fs::path full = resolved(folder);
    if (std::find(folders.begin(), folders.end(), full) == folders.end()) folders.push_back(full);
  };
  for (const fs::path& folder : line.plugins)
    add(environment.current_folder / folder);
  for (const fs::path& folder : settings.plugins.path)
    add(folder);
  add(prefix / "plugins");  // of a build, or of /opt/patchbay
  // As `cmake --install` and the Debian package lay it out; the number is the ABI's major.
  std::error_code none;
  const fs::path installed = prefix / "lib" / "patchbay" / "plugins" / "1";
  if (fs::is_directory(installed, none)) add(installed);
  return folders;
}

}  // namespace patchbay::app
