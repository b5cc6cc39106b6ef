#include "core/plugin_host/plugin_book.hpp"

#include <utility>

#include "core/base/clock.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

std::string state_of(const GenerationLedger::Record& record, std::uint32_t in_use) {
  switch (record.state) {
    case GenerationLedger::State::kLoaded:
      return record.generation == in_use ? "live" : "draining";
    case GenerationLedger::State::kEnding:
      return "ending";
    case GenerationLedger::State::kRetained:
      return "retained";
  }
  return "ending";
}

}  // namespace

std::string PluginState::state() const {
  for (const GenerationState& one : generations) {
    if (one.number == generation) return one.state;
  }
  return "unloaded";
}

void PluginBook::took(const Manifest& manifest, const Taken& taken) {
  const std::lock_guard lock(mutex_);
  PluginState& plugin = plugins_[manifest.id];
  plugin.id = manifest.id;
  plugin.version = manifest.version;
  plugin.generation = taken.generation;
  plugin.sha256 = taken.sha256;
  plugin.manifest = manifest.file;
  plugin.library = manifest.library;
  plugin.types.clear();
  std::uint64_t modes = 0;
  for (const ManifestType& type : manifest.types) {
    plugin.types.push_back(type.type);
    modes |= type.modes;
  }
  plugin.modes = mode_names(modes);
  plugin.previous_version = taken.previous_version;
  plugin.held_back = taken.held_back;
  plugin.last_error.clear();
  plugin.last_error_ms = 0;
  if (taken.swap) ++plugin.swaps;
}

void PluginBook::refused(const std::string& plugin, std::string message) {
  const std::lock_guard lock(mutex_);
  const auto found = plugins_.find(plugin);
  if (found == plugins_.end()) return;
  ++found->second.refused;
  found->second.last_error = std::move(message);
  found->second.last_error_ms = unix_ms();
}

std::vector<PluginState> PluginBook::states(const GenerationLedger& ledger) const {
  const std::vector<GenerationLedger::Record> records = ledger.all();
  std::vector<PluginState> states;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, plugin] : plugins_) {
    PluginState& state = states.emplace_back(plugin);
    for (const GenerationLedger::Record& record : records) {
      if (record.plugin != id) continue;
      state.generations.push_back({.number = record.generation,
                                   .version = record.version,
                                   .sha256 = record.sha256,
                                   .state = state_of(record, plugin.generation),
                                   .why = record.why,
                                   .calls = 0});
    }
  }
  return states;
}

}  // namespace patchbay::plugin_host
