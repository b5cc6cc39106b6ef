#include "core/settings/file_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace patchbay::settings {
namespace {

Error failed(int error_number) {
  std::string why = std::generic_category().message(error_number);
  if (!why.empty()) why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
  const bool absent = error_number == ENOENT || error_number == ENOTDIR;
  return make_error(absent ? ErrorCode::kNotFound : ErrorCode::kUnavailable, std::move(why));
}

struct OpenFile {
  explicit OpenFile(const std::filesystem::path& path)
      : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (fd >= 0) ::close(fd);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd;
};

}  // namespace

Result<std::string> read_file_text(const std::filesystem::path& path, std::size_t bytes_max) {
  const OpenFile file(path);
  if (file.fd < 0) return failed(errno);
  std::string text;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = ::read(file.fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno);
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > bytes_max) {
      return make_error(ErrorCode::kTooLarge,
                        "longer than " + std::to_string(bytes_max) + " bytes");
    }
  }
}

}  // namespace patchbay::settings
