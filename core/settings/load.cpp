#include "core/settings/load.hpp"

#include <optional>
#include <utility>

#include "core/settings/built_in.hpp"
#include "core/settings/environment_file.hpp"
#include "core/settings/file_text.hpp"
#include "core/settings/report.hpp"
#include "core/settings/shape.hpp"
#include "core/settings/source_text.hpp"
#include "core/settings/substitution.hpp"
#include "core/settings/yaml_reader.hpp"

namespace patchbay::settings {
namespace {

Settings read(const std::string& name,
              std::string_view text,
              const Environment& environment,
              const std::filesystem::path& folder,
              Report& report) {
  const SourceText source(name, text);
  if (!source.check(report)) return {};
  std::optional<ConfigValue> root = read_yaml(source, report);
  if (!root) return {};
  substitute(*root, "", environment, folder, report);
  return read_settings(*root, folder, report);
}

Loaded loaded(Settings settings, const Report& report) {
  return {std::move(settings), report.problems(), report.warnings()};
}

}  // namespace

Loaded load_file(const std::filesystem::path& path, const Environment& environment) {
  Report report;
  const std::filesystem::path full = environment.current_folder / path;
  const Result<std::string> text = read_file_text(full, kConfigBytesMax + 1);
  if (!text) {
    report.problem({path.string(), 0, 0}, "", "cannot be read: " + text.error().message);
    return loaded({}, report);
  }
  const std::filesystem::path folder = full.parent_path().lexically_normal();
  const Environment combined = with_environment_file(environment, folder, report);
  Settings settings = read(path.string(), *text, combined, folder, report);
  return loaded(std::move(settings), report);
}

Loaded load_built_in(const Environment& environment, const std::filesystem::path& prefix) {
  Report report;
  const Environment combined =
      with_environment_file(environment, environment.current_folder, report);
  Settings settings = read(kBuiltInName, built_in_yaml(), combined, prefix, report);
  return loaded(std::move(settings), report);
}

Loaded load_text(const std::string& name,
                 std::string_view text,
                 const Environment& environment,
                 const std::filesystem::path& folder) {
  Report report;
  Settings settings = read(name, text, environment, folder, report);
  return loaded(std::move(settings), report);
}

}  // namespace patchbay::settings
