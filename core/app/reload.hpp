// New settings and new versions of plugins, while everything runs.
//
// Each is one transaction: everything is read, loaded and checked first, and with a single problem
// nothing changes. Answers under way end with the settings and the plugin code they began with;
// requests that come later get the new ones.
//
// Threads: the main thread alone, which is held while plugins are tried out and loaded.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/api/api_handler.hpp"
#include "core/app/command_line.hpp"
#include "core/app/plugin_requests.hpp"
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
    std::shared_ptr<PluginRequests> plugins;
    api::Services services = {};
  };

  // `settings` are those that everything was started with, and `snapshot` is what they came to.
  Reloader(const CommandLine& command_line,
           settings::Settings settings,
           const api::SnapshotPtr& snapshot,
           Running running);

  // SIGHUP: the settings, and every plugin whose files have changed. The log tells what came of it.
  void reload();

  // One plugin, as somebody asked; with the settings in force.
  api::PluginChangeResult change(const api::PluginChange& change);

  // One plugin whose files have changed, unless that version was gone back from.
  void take_installed(const std::string& plugin);

  // Those in force.
  [[nodiscard]] const settings::Settings& settings() const { return settings_; }

 private:
  bool try_reload(std::vector<Problem>& problems);
  bool try_change(const plugin_host::Change& change, std::vector<Problem>& problems);
  void put_in_force(const api::SnapshotPtr& snapshot, const settings::Settings& settings);
  void hand_over(const api::SnapshotPtr& snapshot);

  const CommandLine& command_line_;
  settings::Settings settings_;
  std::weak_ptr<const api::Snapshot> snapshot_;  // the handlers' own: they let go of it
  const Running running_;
};

}  // namespace patchbay::app
