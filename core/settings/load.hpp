// From a configuration file to Settings, with everything that is wrong with it.
//
//   const Loaded loaded = load_file("patchbay.yaml", process_environment());
//   for (const std::string& warning : loaded.warnings) log(warning);
//   if (!loaded.ok()) {
//     for (const Problem& problem : loaded.problems) print(problem.text());
//     return kExitConfiguration;
//   }
//   start(loaded.settings);
//
// docs/configuration.md describes the file. No message ever holds a value that came from the
// environment or from another file, or that is named like a key or a password.
//
// Threads: any, one at a time. Blocks on files, so never on a worker.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.hpp"
#include "core/settings/environment.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::settings {

struct Loaded {
  Settings settings;                  // not to be used when there are problems
  std::vector<Problem> problems;      // in the order of the file
  std::vector<std::string> warnings;  // worth a line in the log, no reason not to start

  [[nodiscard]] bool ok() const { return problems.empty(); }
};

// Reads `path`; relative paths in it start in its folder. When environment.reads_env_files, a
// `.env` file adds variables: the one that ENV_FILE names, else the one beside `path`, else the one
// in the current folder. What the environment has itself wins over it.
Loaded load_file(const std::filesystem::path& path, const Environment& environment);

// Reads the configuration that is built in, which is config/patchbay.yaml. Relative paths in it
// start in `prefix`, the folder of the installation; `.env` is looked for in the current folder.
Loaded load_built_in(const Environment& environment, const std::filesystem::path& prefix);

// Reads `text` as the file `name`, with relative paths starting in `folder`. Opens no file but
// those that ${file:...} names.
Loaded load_text(const std::string& name,
                 std::string_view text,
                 const Environment& environment,
                 const std::filesystem::path& folder);

}  // namespace patchbay::settings
