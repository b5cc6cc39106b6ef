#include "core/base/program_path.hpp"

#include <algorithm>
#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

namespace patchbay {
namespace {

bool is_program(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string program_path(std::string_view name, std::string_view search) {
  if (name.empty()) return {};
  if (name.find('/') != std::string_view::npos) {
    std::string path(name);
    return is_program(path) ? path : std::string();
  }
  while (!search.empty()) {
    const std::size_t end = std::min(search.find(':'), search.size());
    const std::string_view folder = search.substr(0, end);
    search.remove_prefix(std::min(end + 1, search.size()));
    // An empty one would be the current folder, where nobody expects a program.
    if (!folder.starts_with('/')) continue;
    std::string path(folder);
    path += '/';
    path += name;
    if (is_program(path)) return path;
  }
  return {};
}

std::string_view program_folders() {
  const char* const path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  return path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
}

}  // namespace patchbay
