#include "core/server/output.hpp"

#include <array>
#include <cerrno>
#include <charconv>

#include <sys/socket.h>

namespace patchbay::server {
namespace {

// A buffer that a burst made larger than this is given back once it is empty.
constexpr std::size_t kKeptCapacity = 16 * 1024;

}  // namespace

void Output::append_chunk(std::string_view bytes) {
  std::array<char, 18> size{};
  const auto end = std::to_chars(size.data(), size.data() + 16, bytes.size(), 16).ptr;
  buffer_.append(size.data(), static_cast<std::size_t>(end - size.data()));
  buffer_.append("\r\n");
  buffer_.append(bytes);
  buffer_.append("\r\n");
}

Output::Result Output::send_to(int fd) {
  while (pending() > 0) {
    const ssize_t sent = ::send(fd, buffer_.data() + sent_, pending(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return Result::kFailed;
      // Keep the front from growing without end behind a reader that is merely slow.
      if (sent_ > buffer_.size() / 2) {
        buffer_.erase(0, sent_);
        sent_ = 0;
      }
      return Result::kBlocked;
    }
    sent_ += static_cast<std::size_t>(sent);
  }
  buffer_.clear();
  sent_ = 0;
  if (buffer_.capacity() > kKeptCapacity) buffer_.shrink_to_fit();
  return Result::kDrained;
}

}  // namespace patchbay::server
