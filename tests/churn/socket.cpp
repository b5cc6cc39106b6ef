#include "tests/churn/socket.hpp"

#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::churn {
namespace {

constexpr int kBacklog = 4096;

sockaddr_in loopback(std::uint8_t last, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last);
  return address;
}

const sockaddr* plain(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

int make() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Socket Socket::connect_from(std::uint8_t source, std::uint16_t port) {
  Socket made(make());
  const int on = 1;
  ::setsockopt(made.fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  const sockaddr_in from = loopback(source, 0);
  const sockaddr_in to = loopback(1, port);
  const bool bound = ::bind(made.fd_, plain(from), sizeof(from)) == 0;
  const bool begun =
      bound && (::connect(made.fd_, plain(to), sizeof(to)) == 0 || errno == EINPROGRESS);
  if (!begun) made.close();
  return made;
}

Socket Socket::listen_anywhere() {
  Socket made(make());
  const sockaddr_in address = loopback(1, 0);
  const bool listens =
      ::bind(made.fd_, plain(address), sizeof(address)) == 0 && ::listen(made.fd_, kBacklog) == 0;
  if (!listens) made.close();
  return made;
}

std::uint16_t Socket::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int Socket::error() const {
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

void Socket::half_close() const {
  ::shutdown(fd_, SHUT_WR);
}

void Socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Socket::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  close();
}

}  // namespace patchbay::churn
