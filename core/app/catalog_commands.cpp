#include "core/app/catalog_commands.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "core/app/composition.hpp"
#include "core/app/running_server.hpp"
#include "core/json/write.hpp"
#include "core/plugin_host/config_json.hpp"
#include "core/settings/describe.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

using plugin_host::PluginInfo;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

void write_texts(json::Writer& writer, const char* key, const std::vector<std::string>& texts) {
  writer.key(key).begin_array();
  for (const std::string& text : texts)
    writer.value(text);
  writer.end_array();
}

// `running`: what the server has loaded; null when none answers.
void print_json(const std::vector<PluginInfo>& plugins, const json::Value* running) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("found").begin_array();
  for (const PluginInfo& plugin : plugins) {
    writer.begin_object()
        .member("id", plugin.id)
        .member("version", plugin.version)
        .member("license", plugin.license)
        .member("manifest", plugin.manifest.string())
        .member("file", plugin.library.string())
        .member("sha256", plugin.sha256);
    write_texts(writer, "types", plugin.types);
    write_texts(writer, "modes", plugin.modes);
    std::vector<std::string> problems;
    for (const Problem& problem : plugin.problems)
      problems.push_back(problem.text());
    write_texts(writer, "problems", problems);
    writer.end_object();
  }
  writer.end_array().key("running");
  std::string loaded = "null";
  if (running != nullptr) {
    loaded.clear();
    plugin_host::append_json(loaded, *running);
  }
  writer.raw(loaded).end_object();
  std::cout << out << '\n';
}

std::string number_in(const json::Value& object, const char* key) {
  const json::Value* number = object.find(key);
  return number == nullptr ? "?" : std::string(number->as_number().value_or("?"));
}

std::string text_in(const json::Value& object, const char* key) {
  const json::Value* text = object.find(key);
  return text == nullptr ? "" : std::string(text->as_string().value_or(""));
}

// The tools that a plugin serves, and which of them models are not offered.
void print_tools(const json::Value& plugin) {
  const json::Value* tools = plugin.find("tools");
  if (tools == nullptr) return;
  std::vector<std::string> words;
  for (const json::Value& tool : tools->items()) {
    const json::Value* offered = tool.find("offered");
    const bool is_offered = offered != nullptr && offered->as_bool().value_or(false);
    words.push_back(text_in(tool, "provider") + "." + text_in(tool, "name") +
                    (is_offered ? "" : " (not offered)"));
  }
  if (!words.empty()) std::cout << "  tools:    " << joined(words) << '\n';
}

// What the server has loaded of a plugin, and what was wrong with what it was to load last.
void print_running(const std::string& id, const json::Value& running) {
  for (const json::Value& plugin : running.items()) {
    if (text_in(plugin, "id") != id) continue;
    std::cout << "  running:  " << text_in(plugin, "version") << ", generation "
              << number_in(plugin, "generation") << ", " << text_in(plugin, "state") << ", "
              << number_in(plugin, "calls") << " calls\n";
    print_tools(plugin);
    const json::Value* error = plugin.find("last_error");
    if (error != nullptr && !text_in(*error, "message").empty()) {
      std::cout << "  refused:  " << text_in(*error, "message") << '\n';
    }
  }
}

void print(const PluginInfo& plugin, const json::Value* running) {
  if (plugin.problems.empty()) {
    std::cout << plugin.id << ' ' << plugin.version << "  (" << plugin.license << ")\n"
              << "  types:    " << joined(plugin.types) << '\n'
              << "  modes:    " << joined(plugin.modes) << '\n'
              << "  manifest: " << plugin.manifest.string() << '\n'
              << "  sha256:   " << plugin.sha256 << '\n';
  }
  for (const Problem& problem : plugin.problems)
    std::cout << problem.text() << '\n';
  if (running != nullptr) print_running(plugin.id, *running);
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
  const std::vector<PluginInfo> plugins = plugin_host::Catalog(options).list();
  const std::optional<json::Value> running = ask_running_plugins(loaded.settings);
  const json::Value* loaded_ones = running ? running->find("data") : nullptr;
  if (command_line.json) {
    print_json(plugins, loaded_ones);
    return 0;
  }
  if (plugins.empty()) {
    std::cout << "No plugins found. Searched:\n";
    for (const auto& folder : options.search_path)
      std::cout << "  " << folder.string() << '\n';
    return 0;
  }
  for (const PluginInfo& plugin : plugins)
    print(plugin, loaded_ones);
  return 0;
}

}  // namespace patchbay::app
