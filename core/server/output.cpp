#include "core/server/output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <sys/socket.h>
#include <sys/uio.h>

namespace patchbay::server {
namespace {

constexpr std::size_t kBlockBytes = 16 * 1024;

// Blocks handed to one system call; what is beyond them goes with the next.
constexpr std::size_t kBlocksAtOnce = 32;

}  // namespace

void Output::append(std::string_view bytes) {
  pending_ += bytes.size();
  while (!bytes.empty()) {
    if (blocks_.empty() || blocks_.back().size() >= kBlockBytes) {
      blocks_.emplace_back();
      if (blocks_.size() > 1) blocks_.back().reserve(kBlockBytes);
    }
    std::string& block = blocks_.back();
    const std::string_view piece = bytes.substr(0, kBlockBytes - block.size());
    block.append(piece);
    bytes.remove_prefix(piece.size());
  }
}

void Output::append_chunk(std::string_view bytes) {
  std::array<char, 18> size{};
  char* const end = std::to_chars(size.data(), size.data() + 16, bytes.size(), 16).ptr;
  end[0] = '\r';
  end[1] = '\n';
  append({size.data(), static_cast<std::size_t>(end + 2 - size.data())});
  append(bytes);
  append("\r\n");
}

Output::Result Output::send_to(int fd) {
  while (pending_ > 0) {
    std::array<iovec, kBlocksAtOnce> pieces{};
    const std::size_t count = std::min(blocks_.size(), kBlocksAtOnce);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t from = i == 0 ? sent_ : 0;
      pieces[i] = {blocks_[i].data() + from, blocks_[i].size() - from};
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? Result::kBlocked : Result::kFailed;
    }
    forget(static_cast<std::size_t>(sent));
  }
  return Result::kDrained;
}

void Output::forget(std::size_t sent) {
  pending_ -= sent;
  if (pending_ == 0) {
    // One block is kept for the next answer.
    blocks_.resize(1);
    blocks_.front().clear();
    sent_ = 0;
    return;
  }
  sent_ += sent;
  std::size_t gone = 0;
  while (sent_ >= blocks_[gone].size()) {
    sent_ -= blocks_[gone].size();
    ++gone;
  }
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(gone));
}

}  // namespace patchbay::server
