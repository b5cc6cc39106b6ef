#include "core/app/serve.hpp"

#include <csignal>
#include <iostream>
#include <thread>

#include "core/api/api_handler.hpp"
#include "core/app/composition.hpp"
#include "core/reactor/reactor.hpp"
#include "core/server/server.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

constexpr std::chrono::seconds kDrainDeadline{30};

// Sent by this process to itself alone: nobody needs to wait for a second signal any more.
constexpr int kDoneSignal = SIGUSR1;

// SIGTERM and SIGINT are waited for by the main thread alone.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, kDoneSignal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

unsigned worker_count(const settings::Settings& settings) {
  if (settings.server.workers > 0) return settings.server.workers;
  return std::max(1U, std::thread::hardware_concurrency());
}

bool listens_on_loopback(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("[::1]") ||
         address.starts_with("localhost:");
}

int start_failed(const Error& error) {
  std::cerr << "patchbay: " << error.message << '\n';
  log::error("start_failed").text("error", error.message).text("detail", error.detail);
  log::shut_down();
  return error.code == ErrorCode::kInvalid ? kExitConfiguration : 1;
}

void announce(const server::Server& server, const settings::Settings& settings, unsigned workers) {
  for (const settings::Provider& provider : settings.providers) {
    if (!provider.enabled) {
      log::info("provider_disabled")
          .text("provider", provider.name)
          .text("because", provider.disabled_because);
    }
  }
  if (!server.loopback()) {
    log::warn("no_credentials")
        .text("address", server.address())
        .text("message",
              "no credentials are asked: whoever reaches this address can use the providers");
  }
  log::info("listening")
      .text("url", "http://" + server.address())
      .text("address", server.address())
      .number("workers", workers)
      .text("version", kVersion);
}

// The first signal begins to stop, a second one ends the waiting.
void wait_and_stop(server::Server& server, const sigset_t& signals) {
  int signal = kDoneSignal;
  while (signal == kDoneSignal)
    sigwait(&signals, &signal);
  log::info("stopping").number("signal", signal);
  std::thread impatience([&] {
    int second = 0;
    sigwait(&signals, &second);
    if (second != kDoneSignal) server.hurry();
  });
  server.stop(kDrainDeadline);
  pthread_kill(impatience.native_handle(), kDoneSignal);
  impatience.join();
}

}  // namespace

int serve(const CommandLine& command_line) {
  const sigset_t signals = block_stop_signals();
  const settings::Loaded loaded = load_settings(command_line);
  if (!loaded.ok()) {
    print_problems(loaded.problems);
    return kExitConfiguration;
  }
  const settings::Settings& settings = loaded.settings;
  log::set_level(static_cast<log::Level>(settings.log.level));
  for (const std::string& warning : loaded.warnings) {
    log::warn("configuration").text("message", warning);
  }

  // The loops go last: a plugin's own thread may still tell one that its call is over.
  const unsigned workers = worker_count(settings);
  auto reactor = reactor::Reactor::start({.workers = workers, .on_fault = [](const char* what) {
                                            log::error("fault").text("what", what);
                                          }});
  if (!reactor) return start_failed(reactor.error());

  plugin_host::Catalog catalog(catalog_options(settings, command_line));
  std::vector<Problem> problems;
  const bool loopback = listens_on_loopback(settings.server.listen);
  const api::SnapshotPtr snapshot = compose(settings, catalog, loopback, problems);
  if (snapshot == nullptr) {
    print_problems(problems);
    log::shut_down();
    return kExitConfiguration;
  }

  auto server = server::Server::start(
      **reactor, {.address = settings.server.listen, .limits = {}}, [&](reactor::Worker& worker) {
        return std::make_unique<api::ApiHandler>(worker, snapshot);
      });
  if (!server) return start_failed(server.error());
  announce(**server, settings, workers);
  wait_and_stop(**server, signals);
  (*reactor)->stop();
  log::info("stopped");
  log::shut_down();
  return 0;
}

}  // namespace patchbay::app
