#include "core/settings/environment.hpp"

#include <cstdlib>
#include <system_error>

namespace patchbay::settings {

Environment process_environment() {
  Environment environment;
  environment.lookup = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return std::nullopt;
    return value;
  };
  std::error_code ignored;
  environment.current_folder = std::filesystem::current_path(ignored);
  environment.reads_env_files = true;
  return environment;
}

}  // namespace patchbay::settings
