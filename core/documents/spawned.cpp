#include "core/documents/spawned.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/program_path.hpp"

namespace patchbay::documents {
namespace {

constexpr int kDocument = 3;
// Above every descriptor that the child is given, so that giving one does not overwrite another.
constexpr int kFirstFree = 16;

Descriptor out_of_the_way(const Descriptor& from) {
  return Descriptor(::fcntl(from.get(), F_DUPFD_CLOEXEC, kFirstFree));
}

// A file in memory that holds `bytes`, and can be read and no more.
Descriptor memory_file(std::string_view bytes) {
  Descriptor made(::memfd_create("patchbay-document", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!made.works()) return made;
  while (!bytes.empty()) {
    const ssize_t put = ::write(made.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Descriptor();
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (::lseek(made.get(), 0, SEEK_SET) != 0) return Descriptor();
  if (::fcntl(made.get(), F_ADD_SEALS, kSeals) != 0) return Descriptor();
  return out_of_the_way(made);
}

struct Pipe {
  Descriptor read;
  Descriptor write;

  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    read = Descriptor(ends[0]);
    write = out_of_the_way(Descriptor(ends[1]));
    ::fcntl(read.get(), F_SETFL, O_NONBLOCK);
  }
  [[nodiscard]] bool works() const { return read.works() && write.works(); }
};

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words)
    pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The id of the process, or 0.
pid_t start(const std::vector<std::string>& command, int document, int output, int errors) {
  const std::vector<std::string> variables{"PATH=" + std::string(program_folders()),
                                           "LANG=C.UTF-8"};
  const std::vector<char*> arguments = pointers_to(command);
  const std::vector<char*> environment = pointers_to(variables);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, document, kDocument);
  ::posix_spawn_file_actions_addclosefrom_np(&files, kDocument + 1);
  // Some programs look for settings where they are started.
  ::posix_spawn_file_actions_addchdir_np(&files, "/");
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);  // one of its own
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int failed = ::posix_spawn(
      &child, arguments[0], &files, &attributes, arguments.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  return failed == 0 ? child : 0;
}

}  // namespace

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Spawned::Spawned(const std::vector<std::string>& command, std::string_view document) {
  const Descriptor file = memory_file(document);
  Pipe output;
  Pipe errors;
  if (command.empty() || !file.works() || !output.works() || !errors.works()) return;
  child_ = start(command, file.get(), output.write.get(), errors.write.get());
  if (child_ == 0) return;
  // Debian's header for it is one of C alone.
  ended_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child_, 0)));
  output_ = std::move(output.read);
  errors_ = std::move(errors.read);
}

void Spawned::kill_group() const {
  // As long as nobody has waited for the child, its group's number is nobody else's.
  if (child_ > 0) ::kill(-child_, SIGKILL);
}

int Spawned::end() {
  if (child_ <= 0) return status_;
  kill_group();
  while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) {
  }
  child_ = 0;
  return status_;
}

}  // namespace patchbay::documents
