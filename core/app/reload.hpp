// SIGHUP: new settings and new versions of plugins, while everything runs.
//
// One transaction: everything is read, loaded and checked first, and with a single problem nothing
// changes. Answers under way end with the settings and the plugin code they began with; requests
// that come later get the new ones.

#pragma once

#include <vector>

#include "core/api/api_handler.hpp"
#include "core/app/command_line.hpp"
#include "core/plugin_host/catalog.hpp"
#include "core/reactor/reactor.hpp"
#include "core/server/server.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::app {

class Reloader {
 public:
  // What runs; all of it outlives the reloader.
  struct Running {
    plugin_host::Catalog& catalog;
    reactor::Reactor& reactor;
    server::Server& server;
    std::vector<api::ApiHandler*> handlers;  // by worker
  };

  // `settings` are those that everything was started with.
  Reloader(const CommandLine& command_line, settings::Settings settings, Running running);

  // Blocks while plugins are loaded; on the main thread. The log tells what came of it.
  void reload();

  // Those in force.
  [[nodiscard]] const settings::Settings& settings() const { return settings_; }

 private:
  bool try_reload(std::vector<Problem>& problems);
  void hand_over(const api::SnapshotPtr& snapshot);

  const CommandLine& command_line_;
  settings::Settings settings_;
  const Running running_;
};

}  // namespace patchbay::app
