// Which version of each plugin is in use, which was before it, and what the next one is made of.
//
// Nothing here decides for good: next() makes a candidate, and take() puts it in force once
// everything that needs it was made.
//
// Threads: one control thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/origin.hpp"
#include "core/plugin_host/control_thread.hpp"
#include "core/plugin_host/module.hpp"
#include "core/plugin_host/probe.hpp"
#include "core/plugin_host/provider_entry.hpp"
#include "core/plugin_host/staged_plugin.hpp"

namespace patchbay::plugin_host {

// What tells one edition of a plugin on disk from the next.
struct Edition {
  FileIdentity library;
  std::string digest;  // of the manifest and its schemas
  friend bool operator==(const Edition&, const Edition&) = default;
  static Edition of(const Manifest& manifest);
};

class VersionTable {
 public:
  struct Options {
    std::filesystem::path state_folder;  // for copies; empty: a temporary one, or memory
    std::size_t retained_max = 64;       // retained generations from which no new one is loaded
    ProbeOptions probe;                  // with an empty command nothing is tried out
    Module::Environment environment;
  };

  // One version of one plugin.
  struct Version {
    std::weak_ptr<Module> module;
    StagedPtr staged;
    Edition edition;
  };

  // A version to be put in force, with what it goes to when that is undone.
  struct Candidate {
    std::shared_ptr<Module> module;
    Edition edition;
    bool rollback = false;
  };

  VersionTable(Options options, std::shared_ptr<ControlThread> control);
  ~VersionTable();
  VersionTable(const VersionTable&) = delete;
  VersionTable& operator=(const VersionTable&) = delete;

  // From now on new versions are tried out in a process of their own first.
  void begin_to_probe() { probing_ = true; }

  // The module in use; null when there is none.
  [[nodiscard]] std::shared_ptr<Module> in_use(const std::string& plugin) const;
  // The one in use that offers a provider type.
  [[nodiscard]] std::shared_ptr<Module> in_use_for(const std::string& type) const;
  // The id of the plugin in use whose manifest that is; empty when there is none.
  [[nodiscard]] std::string loaded_from(const std::filesystem::path& manifest) const;
  [[nodiscard]] bool is_in_use(const std::string& plugin, const Edition& edition) const;
  // A rollback left that edition, and nobody has asked for it since.
  [[nodiscard]] bool is_held_back(const std::string& plugin, const Edition& edition) const;
  // The version before the one in use; null when there is none.
  [[nodiscard]] StagedPtr previous(const std::string& plugin) const;

  // Loads what a manifest describes, or the version before the one in use. `entries` are all that
  // use the plugin. Nothing after a problem, whose place is `at`.
  std::optional<Candidate> from_disk(const Manifest& manifest,
                                     const std::vector<ProviderEntry>& entries,
                                     const Problem& at,
                                     std::vector<Problem>& problems);
  std::optional<Candidate> from_previous(const std::string& plugin,
                                         const std::vector<ProviderEntry>& entries,
                                         const Problem& at,
                                         std::vector<Problem>& problems);

  // Puts it in force. True when another generation was in use.
  bool take(const Candidate& candidate);

 private:
  struct Plugin {
    std::optional<Version> now;
    std::optional<Version> before;
    std::optional<Edition> left;  // by a rollback
    std::uint32_t generations = 0;
  };

  [[nodiscard]] const Plugin* find(const std::string& plugin) const;
  std::optional<Candidate> load(const Result<StagedPtr>& staged,
                                const std::vector<ProviderEntry>& entries,
                                bool known,
                                const Problem& at,
                                std::vector<Problem>& problems);
  Result<std::shared_ptr<Module>> open(StagedPtr staged, std::uint32_t generation);
  std::filesystem::path state_folder();
  [[nodiscard]] Status room_for_more(const Manifest& manifest) const;

  const Options options_;
  const std::shared_ptr<ControlThread> control_;
  std::map<std::string, Plugin> plugins_;  // by id
  std::optional<std::filesystem::path> own_folder_;
  bool probing_ = false;
};

// Adds a problem when the entry insists on another library.
void check_pin(const ProviderEntry& entry,
               const StagedPlugin& staged,
               std::vector<Problem>& problems);

}  // namespace patchbay::plugin_host
