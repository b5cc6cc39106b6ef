#include "core/app/catalog_commands.hpp"

#include <iostream>
#include <string>
#include <vector>

#include "core/app/composition.hpp"
#include "core/settings/describe.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

int check(const CommandLine& command_line) {
  const settings::Loaded loaded = load_settings(command_line);
  log::set_level(log::Level::kOff);  // what is said here is for people
  std::vector<Problem> problems = loaded.problems;
  if (problems.empty()) {
    plugin_host::Catalog catalog(catalog_options(loaded.settings, command_line));
    compose({.settings = loaded.settings, .catalog = catalog}, problems);
  }
  if (!problems.empty()) {
    print_problems(problems);
    return kExitConfiguration;
  }
  for (const std::string& warning : loaded.warnings)
    std::cerr << "warning: " << warning << '\n';
  std::cout << settings::describe(loaded.settings) << "The configuration is good.\n";
  return 0;
}

int list_plugins(const CommandLine& command_line) {
  const settings::Loaded loaded = load_settings(command_line);
  if (!loaded.ok()) {
    print_problems(loaded.problems);
    return kExitConfiguration;
  }
  log::set_level(log::Level::kOff);
  const plugin_host::Catalog::Options options = catalog_options(loaded.settings, command_line);
  const plugin_host::Catalog catalog(options);
  const auto plugins = catalog.list();
  if (plugins.empty()) {
    std::cout << "No plugins found. Searched:\n";
    for (const auto& folder : options.search_path)
      std::cout << "  " << folder.string() << '\n';
    return 0;
  }
  for (const plugin_host::PluginInfo& plugin : plugins) {
    if (!plugin.problems.empty()) {
      for (const Problem& problem : plugin.problems)
        std::cout << problem.text() << '\n';
      continue;
    }
    std::cout << plugin.id << ' ' << plugin.version << "  (" << plugin.license << ")\n"
              << "  types:    " << joined(plugin.types) << '\n'
              << "  modes:    " << joined(plugin.modes) << '\n'
              << "  manifest: " << plugin.manifest.string() << '\n';
  }
  return 0;
}

}  // namespace patchbay::app
