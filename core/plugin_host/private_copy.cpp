#include "core/plugin_host/private_copy.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/uuid.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  const int fd_;
};

Error failed(const char* what, const fs::path& path) {
  const int code = errno;
  return make_error(ErrorCode::kUnavailable,
                    std::string("cannot ") + what + " \"" + path.string() +
                        "\": " + std::generic_category().message(code));
}

// Ids and versions come from a manifest; as part of a path they must stay a part.
std::string as_file_name(std::string text) {
  for (char& c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '+' || (c == '.' && &c != &text.front());
    if (!plain) c = '_';
  }
  return text;
}

Status copy_bytes(int from, int to, const fs::path& source, const fs::path& target) {
  std::array<char, kPieceBytes> piece;
  while (true) {
    const ssize_t got = ::read(from, piece.data(), piece.size());
    if (got == 0) return ok();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", source);
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = ::write(to, piece.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return failed("write", target);
      done += put;
    }
  }
}

// Whether something that was loaded from `path` is still there.
bool is_loaded(const fs::path& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

}  // namespace

std::string why_unusable_for_code(const fs::path& folder) {
  struct statvfs system = {};
  if (::access(folder.c_str(), W_OK | X_OK) != 0 || ::statvfs(folder.c_str(), &system) != 0) {
    return std::generic_category().message(errno);
  }
  return (system.f_flag & ST_NOEXEC) != 0 ? "it is mounted noexec" : std::string();
}

Result<PrivateCopy> PrivateCopy::make(const fs::path& library,
                                      const fs::path& state_folder,
                                      const std::string& id,
                                      const std::string& name) {
  std::error_code error;
  fs::create_directories(state_folder, error);
  const fs::path folder = state_folder / as_file_name(id);
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return failed("make the folder", folder);
  }
  const Descriptor from(::open(library.c_str(), O_RDONLY | O_CLOEXEC));
  if (from.get() < 0) return failed("read", library);
  fs::path target = folder / (as_file_name(name) + "-" + make_uuid() + ".so");
  const Descriptor to(::open(
      target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IXUSR));
  if (to.get() < 0) return failed("make the file", target);
  PrivateCopy copy(std::move(target), -1);
  const Status copied = copy_bytes(from.get(), to.get(), library, copy.path());
  if (!copied) return copied.error();
  return copy;
}

Result<PrivateCopy> PrivateCopy::in_memory(const fs::path& library, const std::string& name) {
  const Descriptor from(::open(library.c_str(), O_RDONLY | O_CLOEXEC));
  if (from.get() < 0) return failed("read", library);
  const int memory = ::memfd_create(as_file_name(name).c_str(), MFD_CLOEXEC);
  if (memory < 0) return failed("make in memory the file", name);
  PrivateCopy copy("/proc/self/fd/" + std::to_string(memory), memory);
  const Status copied = copy_bytes(from.get(), memory, library, copy.path());
  if (!copied) return copied.error();
  return copy;
}

PrivateCopy::PrivateCopy(PrivateCopy&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())), memory_(std::exchange(other.memory_, -1)) {}

PrivateCopy::~PrivateCopy() {
  if (path_.empty()) return;
  if (!is_in_memory()) {
    std::error_code ignored;
    fs::remove(path_, ignored);
  } else if (!is_loaded(path_)) {
    // What could not be unmapped is known to the loader by this path, which the next copy must not
    // get: rather leave one file open.
    ::close(memory_);
  }
}

}  // namespace patchbay::plugin_host
