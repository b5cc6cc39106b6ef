// What there is to know about the plugins of this process, for people: which version serves, which
// ones still do, what went wrong last.
//
// Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/plugin_host/generation_ledger.hpp"
#include "core/plugin_host/manifest.hpp"

namespace patchbay::plugin_host {

// One generation, as long as something of it is mapped.
struct GenerationState {
  std::uint32_t number = 0;
  std::string version;
  std::string sha256;  // of the library
  std::string state;   // "live", "draining", "ending" or "retained"
  std::string why;     // "retained": what is in the way of unmapping it
  std::size_t calls = 0;
};

// A tool that a plugin serves, and by which of its providers.
struct ServedTool {
  std::string name;
  std::string provider;  // the entry's name
  bool offered = false;  // to models, by `chat.tools`
};

struct PluginState {
  std::string id;
  std::string version;           // of the generation in use
  std::uint32_t generation = 0;  // the one in use
  std::string sha256;            // of its library
  std::filesystem::path manifest;
  std::filesystem::path library;
  std::vector<std::string> types;
  std::vector<std::string> modes;
  std::vector<std::string> providers;  // entries of the configuration that use it
  std::vector<std::string> models;     // those that they list
  std::vector<ServedTool> tools;       // in the order of the providers
  std::size_t calls = 0;               // under way, of all generations
  std::string previous_version;        // what a rollback goes to; empty: there is none
  bool held_back = false;              // the version that is installed was rolled back from
  std::string last_error;              // why the last new version was refused; empty: it was not
  std::int64_t last_error_ms = 0;      // Unix milliseconds
  std::uint64_t swaps = 0;             // generations that took another one's place
  std::uint64_t refused = 0;           // new versions that did not
  std::vector<GenerationState> generations;  // oldest first

  // Of the generation in use.
  [[nodiscard]] std::string state() const;
};

class PluginBook {
 public:
  struct Taken {
    std::uint32_t generation = 0;
    std::string sha256;
    std::string previous_version;
    bool held_back = false;
    bool swap = false;  // another generation was in use
  };

  void took(const Manifest& manifest, const Taken& taken);
  void refused(const std::string& plugin, std::string message);

  // Everything but providers, models, tools and calls, sorted by id. The generations are the
  // ledger's.
  [[nodiscard]] std::vector<PluginState> states(const GenerationLedger& ledger) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, PluginState> plugins_;  // guarded by mutex_
};

}  // namespace patchbay::plugin_host
