#include "core/app/serve.hpp"

#include <csignal>
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "core/api/api_handler.hpp"
#include "core/app/admission.hpp"
#include "core/app/composition.hpp"
#include "core/app/control_loop.hpp"
#include "core/app/observation.hpp"
#include "core/app/plugin_requests.hpp"
#include "core/app/reload.hpp"
#include "core/app/services.hpp"
#include "core/base/clock.hpp"
#include "core/reactor/reactor.hpp"
#include "core/server/listen_socket.hpp"
#include "core/server/server.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

// After the signal that ends the waiting: what still holds the process up is then left as it is.
constexpr std::chrono::seconds kForceAfter{3};

// Sent by this process to itself alone: nobody needs to wait for a second signal any more.
constexpr int kDoneSignal = SIGUSR1;

// The signals that tell the server something are waited for by the main thread alone.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, kDoneSignal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of who writes it
  return signals;
}

unsigned worker_count(const settings::Settings& settings) {
  if (settings.server.workers > 0) return settings.server.workers;
  return std::max(1U, std::thread::hardware_concurrency());
}

int start_failed(const Error& error) {
  std::cerr << "patchbay: " << error.message << '\n';
  log::error("start_failed").text("error", error.message).text("detail", error.detail);
  log::shut_down();
  return error.code == ErrorCode::kInvalid ? kExitConfiguration : 1;
}

int refused(const std::vector<Problem>& problems) {
  print_problems(problems);
  log::shut_down();
  return kExitConfiguration;
}

void announce(const server::Server& server, const settings::Settings& settings, unsigned workers) {
  for (const settings::Provider& provider : settings.providers) {
    if (!provider.enabled) {
      log::info("provider_disabled")
          .text("provider", provider.name)
          .text("because", provider.disabled_because);
    }
  }
  warn_of_access(settings, server.loopback());
  log::info("listening")
      .text("url", "http://" + server.address())
      .text("address", server.address())
      .number("workers", workers)
      .text("version", kVersion);
}

// A worker that never comes round (in a plugin that never returns) cannot be asked to end.
void end_by_force(const sigset_t& signals) {
  const Time deadline = Clock::now() + kForceAfter;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    const timespec patience{left.count(), 0};
    if (::sigtimedwait(&signals, nullptr, &patience) == kDoneSignal) return;
  }
  log::error("stopped_by_force").text("message", "a worker did not come to an end");
  log::shut_down();
  ::_exit(1);
}

// Until the first signal that ends it; a second one ends the waiting.
void run_until_stopped(server::Server& server,
                       Reloader& reloader,
                       ControlLoop& loop,
                       PluginRequests& requests,
                       const sigset_t& signals) {
  const int signal = loop.run(kDoneSignal);
  requests.close();
  log::info("stopping").number("signal", signal);
  std::thread impatience([&] {
    int second = SIGHUP;
    while (second == SIGHUP)
      sigwait(&signals, &second);
    if (second == kDoneSignal) return;
    server.hurry();
    end_by_force(signals);
  });
  server.stop(std::chrono::milliseconds(reloader.settings().server.drain_timeout_ms));
  pthread_kill(impatience.native_handle(), kDoneSignal);
  impatience.join();
}

// Every answer under way takes two descriptors; the default of 1024 is for other programs.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int serve(const CommandLine& command_line) {
  const sigset_t signals = block_signals();
  const settings::Loaded loaded = load_settings(command_line);
  if (!loaded.ok()) return refused(loaded.problems);
  const settings::Settings& settings = loaded.settings;
  raise_descriptor_limit();
  log::set_level(static_cast<log::Level>(settings.log.level));
  for (const std::string& warning : loaded.warnings) {
    log::warn("configuration").text("message", warning);
  }

  // The loops go last: a plugin's own thread may still tell one that its call is over.
  const unsigned workers = worker_count(settings);
  telemetry::Metrics metrics({.workers = workers, .version = kVersion});
  auto reactor = reactor::Reactor::start(observed_by(metrics));
  if (!reactor) return start_failed(reactor.error());

  plugin_host::Catalog catalog(catalog_options(settings, command_line));
  observe_plugins(metrics, catalog);
  const auto requests = std::make_shared<PluginRequests>(catalog);
  Composing composing{.settings = settings,
                      .catalog = catalog,
                      .loopback = server::listens_on_loopback(settings.server.listen),
                      .plugins = requests};
  std::vector<Problem> problems;
  auto providers = make_providers(composing, problems);
  if (!providers) return refused(problems);
  // Only now, so that a start that was refused leaves no database behind.
  auto services = RunningServices::start(settings);
  if (!services) return start_failed(services.error());
  composing.services = (*services)->services();
  api::SnapshotPtr snapshot = compose(composing, *std::move(providers));

  observe_logins(metrics, snapshot->limits.logins);

  std::vector<api::ApiHandler*> handlers;
  auto server = server::Server::start(
      **reactor,
      {.address = settings.server.listen, .limits = server_limits(settings.limits)},
      [&](reactor::Worker& worker) {
        auto handler = std::make_unique<api::ApiHandler>(worker, snapshot);
        handlers.push_back(handler.get());
        return handler;
      });
  if (!server) return start_failed(server.error());
  announce(**server, settings, workers);
  requests->offer(snapshot->tools);
  catalog.publish(instances_of(*snapshot),
                  std::chrono::milliseconds(settings.plugins.drain_timeout_ms));
  Reloader reloader(
      command_line,
      settings,
      snapshot,
      {catalog, **reactor, **server, std::move(handlers), requests, (*services)->services()});
  snapshot.reset();  // the handlers have it; a reload must be able to let go of it
  ControlLoop loop(signals, reloader, *requests, catalog);
  if (!loop.works()) {
    return start_failed(
        make_error(ErrorCode::kUnavailable, "the system gives no descriptor for signals"));
  }
  run_until_stopped(**server, reloader, loop, *requests, signals);
  metrics.stop();  // a page on its way ends at a worker
  (*reactor)->stop();
  *server = nullptr;     // answers that nobody waited for leave what they have to the storage
  (*services)->close();  // its answers still find the workers, which do nothing more with them
  log::info("stopped");
  log::shut_down();
  return 0;
}

}  // namespace patchbay::app
