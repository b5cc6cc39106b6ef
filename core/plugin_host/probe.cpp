#include "core/plugin_host/probe.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/plugin_host/probe_channel.hpp"
#include "core/plugin_host/probe_words.hpp"

extern char** environ;

namespace patchbay::plugin_host {
namespace {

constexpr std::chrono::milliseconds kLookAgainAfter{2};
// Above every descriptor that the child is given, so that giving one does not overwrite another.
constexpr int kFirstFree = 16;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

  // The same file under a number that is out of the way.
  static int moved(int fd) {
    const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFree);
    return high;
  }

 private:
  const int fd_;
};

// A file in memory that holds `text`, read from its beginning.
int memory_file(const char* name, std::string_view text) {
  const Descriptor made(::memfd_create(name, MFD_CLOEXEC));
  if (made.get() < 0) return -1;
  for (std::string_view left = text; !left.empty();) {
    const ssize_t put = ::write(made.get(), left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return -1;
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::lseek(made.get(), 0, SEEK_SET) != 0) return -1;
  return Descriptor::moved(made.get());
}

// Starts the program with nothing of ours open but the three files. Its id, or 0.
pid_t start(const std::vector<std::string>& command, int request, int library, int answer) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&files, request, kProbeRequest);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, library, kProbeLibrary);
  ::posix_spawn_file_actions_adddup2(&files, answer, kProbeAnswer);
  ::posix_spawn_file_actions_addclosefrom_np(&files, kProbeAnswer + 1);
  sigset_t none;
  sigset_t defaults;
  ::sigemptyset(&none);
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, arguments[0], &files, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  return failed == 0 ? child : 0;
}

enum class End { kExited, kHung, kInterrupted };

// Waits for the child, which is gone afterwards in any case.
End wait_for(pid_t child, const ProbeOptions& options, int& status) {
  const Time deadline = Clock::now() + options.patience;
  End end = End::kExited;
  while (true) {
    const pid_t got = ::waitpid(child, &status, end == End::kExited ? WNOHANG : 0);
    if (got == child || (got < 0 && errno != EINTR)) return end;
    if (got != 0) continue;
    if (Clock::now() >= deadline) {
      end = End::kHung;
    } else if (options.interrupted && options.interrupted()) {
      end = End::kInterrupted;
    }
    if (end != End::kExited) {
      ::kill(child, SIGKILL);
    } else {
      std::this_thread::sleep_for(kLookAgainAfter);
    }
  }
}

std::string read_whole(int file) {
  std::string text;
  std::array<char, 4096> piece{};
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(file, piece.data(), piece.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

// What the child did last, as it told before it began.
std::string last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n')
    text.remove_suffix(1);
  const std::size_t line = text.rfind('\n');
  return std::string(line == text.npos ? text : text.substr(line + 1));
}

std::string describe(End end, int status, const ProbeOptions& options, std::string_view said) {
  const std::string when = said.empty() ? std::string() : " while " + last_line(said);
  const std::string begin = "was tried out in a process of its own, which ";
  if (end == End::kHung) {
    return begin + "did not come to an end within " +
           std::to_string(
               std::chrono::duration_cast<std::chrono::seconds>(options.patience).count()) +
           " s" + when;
  }
  if (end == End::kInterrupted) return begin + "was given up" + when;
  if (WIFSIGNALED(status)) {
    return begin + "crashed (signal " + std::to_string(WTERMSIG(status)) + ")" + when;
  }
  return begin + "ended without a word (exit code " + std::to_string(WEXITSTATUS(status)) + ")" +
         when;
}

}  // namespace

std::vector<Problem> probe(const StagedPlugin& staged,
                           const std::vector<ProviderEntry>& entries,
                           const ProbeOptions& options) {
  const auto fail = [&](ErrorCode code, const std::string& what) {
    return std::vector<Problem>{{{staged.manifest.file.string(), 0, 0},
                                 {},
                                 refuse_plugin(staged.manifest, code, what).message}};
  };
  const Descriptor request(
      memory_file("patchbay-probe-request",
                  to_json(ProbeRequest{options.host_version, staged.manifest, entries})));
  const Descriptor answer(memory_file("patchbay-probe-answer", {}));
  const Descriptor library(Descriptor::moved(staged.copy.descriptor()));
  const bool ready = request.get() >= 0 && answer.get() >= 0 && library.get() >= 0;
  const pid_t child =
      ready ? start(options.command, request.get(), library.get(), answer.get()) : 0;
  if (child == 0) {
    return fail(ErrorCode::kUnavailable,
                "cannot be tried out: the system starts no process for it");
  }
  int status = 0;
  const End end = wait_for(child, options, status);
  const std::string said = read_whole(answer.get());
  const std::string last = last_line(said);
  if (end == End::kExited && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
      last.starts_with('[')) {
    if (Result<std::vector<Problem>> problems = read_problems(last)) return *std::move(problems);
  }
  return fail(ErrorCode::kUnavailable, describe(end, status, options, said));
}

}  // namespace patchbay::plugin_host
