// What the API may ask of the process about its plugins.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/plugin_host/plugin_book.hpp"

namespace patchbay::api {

struct PluginChange {
  enum class Kind {
    kReload,    // to the version that is installed
    kRollback,  // to the version before the one in use
  };
  Kind kind = Kind::kReload;
  std::string plugin;  // its id
};

struct PluginChangeResult {
  enum class Outcome {
    kDone,           // another generation is in use
    kUnchanged,      // there was nothing to do
    kRefused,        // `problems` say why; the generation in use stays
    kUnknown,        // no such plugin is loaded
    kNothingBefore,  // there is no version to go back to
    kBusy,           // too many such requests wait already
    kStopping,       // the server stops
  };
  Outcome outcome = Outcome::kUnchanged;
  std::vector<std::string> problems = {};
};

// Thread-safe.
class PluginControl {
 public:
  using Done = std::function<void(PluginChangeResult)>;

  virtual ~PluginControl() = default;

  // Those that are loaded, sorted by id, and which of their tools models are offered now. Does not
  // block.
  [[nodiscard]] virtual std::vector<plugin_host::PluginState> plugins() const = 0;

  // Changes one, after what was asked before. `done` is called once, from any thread, perhaps from
  // inside; it should only hand on what it is told.
  virtual void change(PluginChange change, Done done) = 0;
};

}  // namespace patchbay::api
