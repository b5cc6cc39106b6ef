#include "core/app/reload.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "core/app/admission.hpp"
#include "core/app/composition.hpp"
#include "core/base/clock.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

using plugin_host::PluginState;

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
  if (now.redis.url != next.redis.url) {
    problems.push_back({next.redis.url_origin, "redis.url", kRestart});
  }
}

// Where things are kept stays as it is; nothing else depends on it, so the rest takes effect.
void warn_of_waiting(const settings::Settings& now, const settings::Settings& next) {
  const settings::Storage& a = now.storage;
  const settings::Storage& b = next.storage;
  if (a.enabled == b.enabled && a.url == b.url && a.retention_ms == b.retention_ms &&
      a.retention_bytes == b.retention_bytes) {
    return;
  }
  log::warn("configuration")
      .text("message", "storage: has changed, which takes effect at the next start only");
}

const PluginState* find(const std::vector<PluginState>& plugins, const std::string& id) {
  for (const PluginState& plugin : plugins) {
    if (plugin.id == id) return &plugin;
  }
  return nullptr;
}

// Logs each plugin of which another generation is in use now. True when there is one.
bool tell_of_swaps(const std::vector<PluginState>& before, const std::vector<PluginState>& now) {
  bool any = false;
  for (const PluginState& plugin : now) {
    const PluginState* old = find(before, plugin.id);
    if (old == nullptr || old->generation == plugin.generation) continue;
    any = true;
    log::info("plugin_swapped")
        .text("plugin", plugin.id)
        .text("version", plugin.version)
        .number("generation", plugin.generation)
        .text("from_version", old->version)
        .number("from_generation", old->generation)
        .boolean("rollback", plugin.held_back);
  }
  return any;
}

void tell_of_refusal(const std::string& plugin, const std::vector<Problem>& problems) {
  for (const Problem& problem : problems)
    log::error("plugin_problem").text("plugin", plugin).text("message", problem.text());
  log::error("plugin_refused")
      .text("plugin", plugin)
      .number("problems", static_cast<std::int64_t>(problems.size()))
      .text("message", "the version in use stays");
}

}  // namespace

Reloader::Reloader(const CommandLine& command_line,
                   settings::Settings settings,
                   const api::SnapshotPtr& snapshot,
                   Running running)
    : command_line_(command_line),
      settings_(std::move(settings)),
      snapshot_(snapshot),
      running_(std::move(running)) {}

void Reloader::reload() {
  const std::vector<PluginState> before = running_.catalog.plugins();
  std::vector<Problem> problems;
  if (try_reload(problems)) {
    tell_of_swaps(before, running_.catalog.plugins());
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

api::PluginChangeResult Reloader::change(const api::PluginChange& change) {
  using Outcome = api::PluginChangeResult::Outcome;
  const bool rollback = change.kind == api::PluginChange::Kind::kRollback;
  const std::vector<PluginState> before = running_.catalog.plugins();
  const PluginState* plugin = find(before, change.plugin);
  if (plugin == nullptr || plugin->providers.empty()) return {Outcome::kUnknown};
  if (rollback && plugin->previous_version.empty()) return {Outcome::kNothingBefore};
  plugin_host::Change wanted;
  wanted.kind =
      rollback ? plugin_host::Change::Kind::kRollback : plugin_host::Change::Kind::kReload;
  wanted.plugin = change.plugin;
  wanted.insist = true;
  std::vector<Problem> problems;
  if (!try_change(wanted, problems)) {
    tell_of_refusal(change.plugin, problems);
    api::PluginChangeResult result{Outcome::kRefused};
    for (const Problem& problem : problems)
      result.problems.push_back(problem.text());
    return result;
  }
  return {tell_of_swaps(before, running_.catalog.plugins()) ? Outcome::kDone : Outcome::kUnchanged};
}

void Reloader::take_installed(const std::string& plugin) {
  const std::vector<PluginState> before = running_.catalog.plugins();
  plugin_host::Change wanted;
  wanted.kind = plugin_host::Change::Kind::kReload;
  wanted.plugin = plugin;
  std::vector<Problem> problems;
  if (try_change(wanted, problems)) {
    tell_of_swaps(before, running_.catalog.plugins());
  } else {
    tell_of_refusal(plugin, problems);
  }
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

void Reloader::put_in_force(const api::SnapshotPtr& snapshot, const settings::Settings& settings) {
  hand_over(snapshot);
  snapshot_ = snapshot;
  running_.plugins->offer(snapshot->tools);
  running_.catalog.publish(instances_of(*snapshot),
                           std::chrono::milliseconds(settings.plugins.drain_timeout_ms));
}

bool Reloader::try_change(const plugin_host::Change& change, std::vector<Problem>& problems) {
  const api::SnapshotPtr snapshot = compose({.settings = settings_,
                                             .catalog = running_.catalog,
                                             .loopback = running_.server.loopback(),
                                             .change = change,
                                             .plugins = running_.plugins,
                                             .services = running_.services,
                                             .previous = snapshot_.lock()},
                                            problems);
  if (snapshot == nullptr) return false;
  put_in_force(snapshot, settings_);
  return true;
}

bool Reloader::try_reload(std::vector<Problem>& problems) {
  settings::Loaded loaded = load_settings(command_line_);
  problems = std::move(loaded.problems);
  if (problems.empty()) check_unchanged(settings_, loaded.settings, problems);
  if (!problems.empty()) return false;

  running_.catalog.set_search_path(search_path(loaded.settings, command_line_));
  const api::SnapshotPtr snapshot = compose({.settings = loaded.settings,
                                             .catalog = running_.catalog,
                                             .loopback = running_.server.loopback(),
                                             .change = {},
                                             .plugins = running_.plugins,
                                             .services = running_.services,
                                             .previous = snapshot_.lock()},
                                            problems);
  if (snapshot == nullptr) {
    running_.catalog.set_search_path(search_path(settings_, command_line_));
    return false;
  }

  // Nothing below can fail.
  for (const std::string& warning : loaded.warnings)
    log::warn("configuration").text("message", warning);
  warn_of_access(loaded.settings, running_.server.loopback());
  warn_of_waiting(settings_, loaded.settings);
  running_.server.set_limits(server_limits(loaded.settings.limits));
  put_in_force(snapshot, loaded.settings);
  log::set_level(static_cast<log::Level>(loaded.settings.log.level));
  const settings::Storage storage = settings_.storage;
  settings_ = std::move(loaded.settings);
  settings_.storage = storage;
  return true;
}

}  // namespace patchbay::app
