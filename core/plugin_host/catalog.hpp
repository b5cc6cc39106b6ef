// The plugins of this process: found by their manifests, loaded when a provider asks for their
// type, and checked before anything of theirs runs.
//
//   Catalog catalog({.search_path = {...}});
//   std::vector<Problem> problems;
//   auto instances = catalog.load(entries, problems);   // all problems at once, none hidden
//
// A plugin that is missing, says one thing in its manifest and another in its code, or refuses its
// configuration is a Problem with the setting's file:line:column and what to do about it.
//
// Loading again makes a new generation of every plugin whose library has changed; the old one stays
// until its last instance and call are gone. It is taken down on a thread of the catalog's own,
// whoever let go of it last.
//
// Threads: set_search_path(), load(), settle() and the destructor on one control thread; they may
// block (files, dlopen, the plugin's own create() and destroy()). Let go of the calls and instances
// before the catalog; it waits up to five seconds for those that plugins still hold, and leaves
// what remains as it is.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/base/origin.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/plugin_host/log_sink.hpp"

namespace patchbay::plugin_host {

// One entry of `providers:`.
struct ProviderEntry {
  std::string name;
  std::string type;  // the value of `plugin:`
  Origin type_origin;
  Origin origin;       // of the entry itself
  ConfigValue config;  // the `config:` subtree; kNull when there is none
};

// What one manifest says; shown by `patchbay plugins`.
struct PluginInfo {
  std::string id;
  std::string version;
  std::string license;
  std::filesystem::path manifest;
  std::vector<std::string> types;
  std::vector<std::string> modes;  // of all its types, for people
  std::vector<Problem> problems;   // why it could not be used, if so
};

// A provider's instance that exists: one of an old generation does until its last call has ended.
struct LiveInstance {
  std::string provider;  // the entry's name
  std::string plugin;    // the plugin's id
  std::uint32_t generation = 0;
  std::size_t calls = 0;  // under way
};

class Catalog {
 public:
  struct Options {
    std::vector<std::filesystem::path>
        search_path;  // earlier wins nothing: a type twice is an error
    // Private copies go here. Empty: into a fresh temporary folder, or, where the system has none
    // that will do, into memory.
    std::filesystem::path state_folder;
    std::string host_version;
    LogSink log;  // levels are PBAY_LOG_*; called from any thread
    int log_level = PBAY_LOG_INFO;
  };

  explicit Catalog(Options options);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Where the next load() and list() look.
  void set_search_path(std::vector<std::filesystem::path> folders);

  // Makes an instance for each entry. On return either `problems` is unchanged and every entry has
  // its instance, in order, or problems were added and the result is empty.
  std::vector<std::shared_ptr<Instance>> load(const std::vector<ProviderEntry>& entries,
                                              std::vector<Problem>& problems);

  // Waits until every instance that was let go of has been destroyed, and its plugin unloaded if
  // that was the last one.
  void settle();

  // Every instance made here that still exists. Thread-safe.
  [[nodiscard]] std::vector<LiveInstance> live() const;

  // Every manifest on the search path, readable or not; nothing is loaded.
  [[nodiscard]] std::vector<PluginInfo> list() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::plugin_host
