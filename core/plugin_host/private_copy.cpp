#include "core/plugin_host/private_copy.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/uuid.hpp"
#include "core/crypto/sha256.hpp"

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

// Gives the file's bytes to `use`, from the first on, wherever others have read to.
template <typename Use>
Status read_all(int file, const fs::path& shown, Use&& use) {
  std::array<char, kPieceBytes> piece;
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(file, piece.data(), piece.size(), at);
    if (got == 0) return ok();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", shown);
    Status used = use(std::string_view(piece.data(), static_cast<std::size_t>(got)));
    if (!used) return used;
    at += got;
  }
}

Status write_all(int file, std::string_view bytes, const fs::path& shown) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed("write", shown);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return ok();
}

FileIdentity identity_of(const struct stat& found) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {found.st_dev,
          found.st_ino,
          found.st_size,
          found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec};
}

}  // namespace

FileIdentity FileIdentity::of(const fs::path& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 ? identity_of(found) : FileIdentity{};
}

bool is_loaded(const fs::path& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

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
  const Descriptor from(::open(library.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found {};
  if (from.get() < 0 || ::fstat(from.get(), &found) != 0) return failed("read", library);
  if (!S_ISREG(found.st_mode) || (found.st_mode & S_IWOTH) != 0) {
    return make_error(ErrorCode::kInvalid,
                      "\"" + library.string() +
                          "\" is no file that only its owner's side can change; run: chmod o-w \"" +
                          library.string() + "\"");
  }
  Result<PrivateCopy> copy = copy_from(from.get(), library, state_folder, id, name);
  if (copy) copy->source_ = identity_of(found);
  return copy;
}

Result<PrivateCopy> PrivateCopy::in_memory(const fs::path& library, const std::string& name) {
  return make(library, {}, {}, name);
}

PrivateCopy PrivateCopy::adopt(int descriptor) {
  PrivateCopy copy;
  copy.in_memory_ = true;  // it has no name of its own
  copy.descriptor_ = descriptor;
  copy.path_ = "/proc/self/fd/" + std::to_string(descriptor);
  return copy;
}

Result<PrivateCopy> PrivateCopy::again(const fs::path& state_folder,
                                       const std::string& id,
                                       const std::string& name) const {
  Result<PrivateCopy> copy = copy_from(descriptor_, path_, state_folder, id, name);
  if (copy) copy->source_ = source_;
  return copy;
}

Result<PrivateCopy> PrivateCopy::copy_from(int library,
                                           const fs::path& shown,
                                           const fs::path& state_folder,
                                           const std::string& id,
                                           const std::string& name) {
  PrivateCopy copy;
  copy.in_memory_ = state_folder.empty();
  if (copy.in_memory_) {
    const std::string title = as_file_name(id.empty() ? name : id + "-" + name);
    copy.descriptor_ = ::memfd_create(title.c_str(), MFD_CLOEXEC);
    if (copy.descriptor_ < 0) return failed("make in memory the file", title);
    copy.path_ = "/proc/self/fd/" + std::to_string(copy.descriptor_);
  } else {
    std::error_code error;
    fs::create_directories(state_folder, error);
    const fs::path folder = state_folder / as_file_name(id);
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
      return failed("make the folder", folder);
    }
    copy.path_ = folder / (as_file_name(name) + "-" + make_uuid() + ".so");
    copy.descriptor_ = ::open(
        copy.path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IXUSR);
    if (copy.descriptor_ < 0) {
      const Error error_of_open = failed("make the file", copy.path_);
      copy.path_.clear();
      return error_of_open;
    }
  }
  const Status copied = read_all(library, shown, [&](std::string_view bytes) {
    return write_all(copy.descriptor_, bytes, copy.path_);
  });
  if (!copied) return copied.error();
  crypto::Sha256 hash;
  const Status read = read_all(copy.descriptor_, copy.path_, [&](std::string_view bytes) {
    hash.update(bytes);
    return ok();
  });
  if (!read) return read.error();
  copy.sha256_ = hash.finish();
  return copy;
}

PrivateCopy::PrivateCopy(PrivateCopy&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())),
      descriptor_(std::exchange(other.descriptor_, -1)),
      in_memory_(other.in_memory_),
      sha256_(std::move(other.sha256_)),
      source_(other.source_) {}

void PrivateCopy::unlink() const {
  if (!in_memory_) ::unlink(path_.c_str());
}

PrivateCopy::~PrivateCopy() {
  if (path_.empty()) return;
  if (!in_memory_) {
    unlink();
    ::close(descriptor_);
  } else if (!is_loaded(path_)) {
    // What could not be unmapped is known to the loader by this path, which the next copy must not
    // get: rather leave one file open.
    ::close(descriptor_);
  }
}

}  // namespace patchbay::plugin_host
