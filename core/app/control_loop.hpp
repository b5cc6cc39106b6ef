// What the main thread does while the server serves: it waits for signals, for requests about
// plugins and for changes on disk, and carries them out one after another.

#pragma once

#include <csignal>

#include "core/app/plugin_requests.hpp"
#include "core/app/plugin_watch.hpp"
#include "core/app/reload.hpp"

namespace patchbay::app {

class ControlLoop {
 public:
  // `signals` are blocked in every thread. All of it outlives the loop.
  ControlLoop(const sigset_t& signals,
              Reloader& reloader,
              PluginRequests& requests,
              const plugin_host::Catalog& catalog);
  ~ControlLoop();
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  // False: the system did not give what it takes to hear of signals and requests.
  [[nodiscard]] bool works() const { return signals_ >= 0 && requests_.descriptor() >= 0; }

  // SIGHUP reloads, `ignored` does nothing; returns with the first signal of another kind.
  int run(int ignored);

 private:
  int next_signal();
  void serve_request();
  void look_at_folders();
  void take_changes();

  const int signals_;
  Reloader& reloader_;
  PluginRequests& requests_;
  const plugin_host::Catalog& catalog_;
  PluginWatch watch_;
};

}  // namespace patchbay::app
