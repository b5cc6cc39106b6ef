// A TCP socket on the loopback address that is closed with its owner, in one of two ways.

#pragma once

#include <cstdint>

namespace patchbay::churn {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&& other) noexcept;

  // Begins to connect to 127.0.0.1, from 127.0.0.`source`: each such address has local ports of
  // its own. Negative without a descriptor.
  static Socket connect_from(std::uint8_t source, std::uint16_t port);

  // Listens on a free port of 127.0.0.1.
  static Socket listen_anywhere();
  [[nodiscard]] std::uint16_t port() const;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] int error() const;  // what became of connecting: 0 or an errno
  void half_close() const;

  void close();  // FIN, or RST where bytes were left unread
  void reset();  // RST

 private:
  int fd_ = -1;
};

}  // namespace patchbay::churn
