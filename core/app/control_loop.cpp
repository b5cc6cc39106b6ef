#include "core/app/control_loop.hpp"

#include <array>
#include <utility>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

// Whoever closes the terminal that a server runs in means it to end, and the system says so with
// the signal that otherwise asks for a reload.
class Terminal {
 public:
  [[nodiscard]] bool hung_up() const {
    if (!had_one_) return false;
    pollfd input{STDIN_FILENO, 0, 0};
    return ::poll(&input, 1, 0) == 1 && (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
  }

 private:
  const bool had_one_ = ::isatty(STDIN_FILENO) == 1;
};

}  // namespace

ControlLoop::ControlLoop(const sigset_t& signals,
                         Reloader& reloader,
                         PluginRequests& requests,
                         const plugin_host::Catalog& catalog)
    : signals_(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC)),
      reloader_(reloader),
      requests_(requests),
      catalog_(catalog) {
  if (!watch_.works()) {
    log::warn("plugins_not_watched")
        .text("message", "the system has no watches left; SIGHUP loads what was replaced");
  }
  look_at_folders();
}

ControlLoop::~ControlLoop() {
  if (signals_ >= 0) ::close(signals_);
}

int ControlLoop::run(int ignored) {
  const Terminal terminal;
  while (true) {
    // Signals first: nothing that is asked for keeps the process from ending.
    for (int signal = next_signal(); signal != 0; signal = next_signal()) {
      if (signal == SIGHUP && !terminal.hung_up()) {
        reloader_.reload();
        look_at_folders();
      } else if (signal != ignored) {
        return signal;
      }
    }
    std::array<pollfd, 3> waits{{{signals_, POLLIN, 0},
                                 {requests_.descriptor(), POLLIN, 0},
                                 {watch_.descriptor(), POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), watch_.wait_ms());
    if (waits[1].revents != 0) {
      serve_request();
    } else if (waits[0].revents == 0) {
      watch_.read();
      take_changes();
    }
  }
}

// 0 when there is none.
int ControlLoop::next_signal() {
  signalfd_siginfo info{};
  return ::read(signals_, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

void ControlLoop::serve_request() {
  auto request = requests_.next();
  if (!request) return;
  request->done(reloader_.change(request->change));
  look_at_folders();
}

void ControlLoop::look_at_folders() {
  watch_.look_at(reloader_.settings().plugins.watch ? catalog_.folders()
                                                    : std::vector<std::filesystem::path>());
}

void ControlLoop::take_changes() {
  if (watch_.folders_changed()) look_at_folders();
  const std::set<std::filesystem::path> folders = watch_.due();
  if (folders.empty()) return;
  for (const std::string& plugin : catalog_.changed_in(folders))
    reloader_.take_installed(plugin);
  look_at_folders();
}

}  // namespace patchbay::app
