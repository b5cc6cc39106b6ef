#include "core/app/reload.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "core/app/composition.hpp"
#include "core/base/clock.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

constexpr std::chrono::seconds kPatience{5};  // with workers that are held up

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

// In the order posted, so that a worker which is held up takes it as soon as it comes round.
void Reloader::hand_over(const api::SnapshotPtr& snapshot) {
  std::vector<std::future<void>> taken;
  for (unsigned i = 0; i < running_.reactor.size(); ++i) {
    auto done = std::make_shared<std::promise<void>>();
    taken.push_back(done->get_future());
    running_.reactor.worker(i).post(
        [snapshot, done, handler = running_.handlers[i]] {
          handler->use(snapshot);
          done->set_value();
        },
        "new settings");
  }
  const Time deadline = Clock::now() + kPatience;
  for (unsigned i = 0; i < taken.size(); ++i) {
    if (taken[i].wait_until(deadline) == std::future_status::ready) continue;
    log::warn("worker_held_up")
        .number("worker", i)
        .text("message", "it takes the new settings when it comes round");
  }
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
  running_.server.set_limits(server_limits(loaded.settings.limits));
  hand_over(snapshot);
  log::set_level(static_cast<log::Level>(loaded.settings.log.level));
  settings_ = std::move(loaded.settings);
  return true;
}

}  // namespace patchbay::app
