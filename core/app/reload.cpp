#include "core/app/reload.hpp"

#include <future>
#include <string>
#include <utility>

#include "core/app/composition.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

// What a running process is built on. To change it quietly at the next start only would be half a
// reload.
void check_unchanged(const settings::Settings& now,
                     const settings::Settings& next,
                     std::vector<Problem>& problems) {
  constexpr const char* kRestart = "cannot change while the server runs: restart it";
  if (now.server.listen != next.server.listen) {
    problems.push_back({next.server.listen_origin, "server.listen", kRestart});
  }
  if (now.server.workers != next.server.workers) {
    problems.push_back({next.server.workers_origin, "server.workers", kRestart});
  }
}

}  // namespace

Reloader::Reloader(const CommandLine& command_line, settings::Settings settings, Running running)
    : command_line_(command_line), settings_(std::move(settings)), running_(std::move(running)) {}

void Reloader::reload() {
  std::vector<Problem> problems;
  if (try_reload(problems)) {
    log::info("reloaded")
        .number("providers", static_cast<std::int64_t>(settings_.providers.size()));
    return;
  }
  for (const Problem& problem : problems)
    log::error("reload_problem").text("message", problem.text());
  log::error("reload_failed")
      .number("problems", static_cast<std::int64_t>(problems.size()))
      .text("message", "nothing was changed; the settings from before are still in force");
}

bool Reloader::try_reload(std::vector<Problem>& problems) {
  settings::Loaded loaded = load_settings(command_line_);
  problems = std::move(loaded.problems);
  if (problems.empty()) check_unchanged(settings_, loaded.settings, problems);
  if (!problems.empty()) return false;

  running_.catalog.set_search_path(search_path(loaded.settings, command_line_));
  api::SnapshotPtr snapshot =
      compose(loaded.settings, running_.catalog, running_.server.loopback(), problems);
  if (snapshot == nullptr) {
    running_.catalog.set_search_path(search_path(settings_, command_line_));
    return false;
  }

  // Nothing below can fail.
  for (const std::string& warning : loaded.warnings)
    log::warn("configuration").text("message", warning);
  for (unsigned i = 0; i < running_.reactor.size(); ++i) {
    std::promise<void> taken;
    running_.reactor.worker(i).post([&, handler = running_.handlers[i]] {
      handler->use(snapshot);
      taken.set_value();
    });
    taken.get_future().wait();
  }
  running_.server.set_limits(server_limits(loaded.settings.limits));
  log::set_level(static_cast<log::Level>(loaded.settings.log.level));
  settings_ = std::move(loaded.settings);
  return true;
}

}  // namespace patchbay::app
