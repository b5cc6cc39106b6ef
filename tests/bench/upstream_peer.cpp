#include "tests/bench/upstream_peer.hpp"

#include <cerrno>

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::bench {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

bool would_block(const SSL* ssl, int result) {
  const int error = SSL_get_error(ssl, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

}  // namespace

UpstreamPeer::UpstreamPeer(int fd, ssl_st* ssl) : fd_(fd), ssl_(ssl) {}

UpstreamPeer::~UpstreamPeer() {
  SSL_free(ssl_);
  close(fd_);
}

bool UpstreamPeer::receive(std::string& into) {
  static char buffer[kReadBytes];
  if (ssl_ == nullptr) {
    const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
    if (got > 0) into.append(buffer, static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }
  for (;;) {
    const int got = SSL_read(ssl_, buffer, sizeof(buffer));
    if (got <= 0) return would_block(ssl_, got);
    into.append(buffer, static_cast<std::size_t>(got));
  }
}

std::ptrdiff_t UpstreamPeer::send_now(std::string_view bytes) {
  if (ssl_ != nullptr) {
    const int sent = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (sent > 0) return sent;
    return would_block(ssl_, sent) ? 0 : -1;
  }
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return sent;
  return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

bool UpstreamPeer::send(std::string_view bytes) {
  if (!kept_.empty()) {
    kept_ += bytes;
    const std::ptrdiff_t sent = send_now(kept_);
    if (sent > 0) kept_.erase(0, static_cast<std::size_t>(sent));
    return sent >= 0;
  }
  if (bytes.empty()) return true;
  const std::ptrdiff_t sent = send_now(bytes);
  if (sent < 0) return false;
  kept_ = bytes.substr(static_cast<std::size_t>(sent));
  return true;
}

}  // namespace patchbay::bench
