// The plugins of this process: found by their manifests, loaded when a provider asks for their
// type, and checked before anything of theirs runs.
//
//   Catalog catalog({.search_path = {...}});
//   std::vector<Problem> problems;
//   auto instances = catalog.load(entries, problems);   // all problems at once, none hidden
//   ... give them to whoever answers requests ...
//   catalog.publish(instances, drain_timeout);          // those from before are let go of
//
// A plugin that is missing, says one thing in its manifest and another in its code, or refuses its
// configuration is a Problem with the setting's file:line:column and what to do about it.
//
// Loading again makes a new generation of every plugin whose files have changed. It is tried out in
// a process of its own first, and with any problem the one in use stays. After publish() new calls
// go to the new instances; an old generation lives until its last call is gone, and is then taken
// down on a thread of the catalog's own, whoever let go of it last. Entries that have not changed
// keep their instances.
//
// Threads: live(), plugins(), retained() and counts() from any; the rest on one control thread,
// where it may block (files, dlopen, the plugin's own create()). Let go of the calls and instances
// before the catalog; it waits up to five seconds for those that plugins still hold, and leaves
// what remains as it is.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/origin.hpp"
#include "core/plugin_host/control_thread.hpp"
#include "core/plugin_host/generation_ledger.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/plugin_host/log_sink.hpp"
#include "core/plugin_host/plugin_book.hpp"
#include "core/plugin_host/provider_entry.hpp"
#include "core/plugin_host/roster.hpp"
#include "core/plugin_host/shelf_listing.hpp"

namespace patchbay::plugin_host {

// Which plugins a load() looks at anew.
struct Change {
  enum class Kind {
    kEverything,  // all of them: what has changed on disk is loaded
    kReload,      // one, if it has changed on disk; the others stay as they are
    kRollback,    // one goes back to the version before the one in use, whatever is on disk
  };
  Kind kind = Kind::kEverything;
  std::string plugin = {};  // its id
  bool insist = false;      // kReload: even to a version that a rollback went away from
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
    // A program that does run_probe(), and its arguments. Empty: new versions are loaded without
    // having been tried out.
    std::vector<std::string> probe_command = {};
    std::function<bool()> interrupted = {};  // asked while a probe runs: true gives it up
    Patience patience = {};
    std::size_t retained_warn = 16;  // ended generations still mapped, from which each is warned of
    std::size_t retained_max = 64;   // and from which no new ones are loaded
  };

  explicit Catalog(Options options);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Where the next load() and list() look.
  void set_search_path(std::vector<std::filesystem::path> folders);

  // What else must hold of all that a load has made: adds problems where it does not.
  using Check = std::function<void(const std::vector<std::shared_ptr<Instance>>& instances,
                                   std::vector<Problem>& problems)>;

  // Makes an instance for each entry, or finds the one that it has. On return either `problems` is
  // unchanged and every entry has its instance, in order, or problems were added, the result is
  // empty, and everything is as it was.
  std::vector<std::shared_ptr<Instance>> load(const std::vector<ProviderEntry>& entries,
                                              std::vector<Problem>& problems,
                                              const Change& change = {},
                                              const Check& check = {});

  // What load() gave is in use: every instance that was before and is not any more ends with its
  // last call, or after `drain_timeout`, when its calls are ended with an error.
  void publish(const std::vector<std::shared_ptr<Instance>>& instances,
               std::chrono::milliseconds drain_timeout);

  // Waits until every instance that was let go of has been destroyed, and its plugin unloaded if
  // that was the last one.
  void settle();

  // Every instance made here that still exists. Thread-safe.
  [[nodiscard]] std::vector<LiveInstance> live() const;

  // What was loaded, sorted by id. Thread-safe.
  [[nodiscard]] std::vector<PluginState> plugins() const;

  // Ended generations that are still mapped. Thread-safe.
  [[nodiscard]] std::size_t retained() const;

  // By plugin; those of which there is nothing to tell are left out. Thread-safe.
  [[nodiscard]] std::map<std::string, GenerationLedger::Counts> counts() const;

  // The search path, and the folders in it where manifests are or may appear: what to watch.
  [[nodiscard]] std::vector<std::filesystem::path> folders() const;

  // The plugins in use, by id, whose manifests are in one of these folders and whose files are not
  // those that were loaded. What a rollback went away from is left out.
  [[nodiscard]] std::vector<std::string> changed_in(
      const std::set<std::filesystem::path>& folders) const;

  // Every manifest on the search path, readable or not; nothing is loaded.
  [[nodiscard]] std::vector<PluginInfo> list() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::plugin_host
