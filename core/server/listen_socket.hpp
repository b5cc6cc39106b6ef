// A socket that listens: "127.0.0.1:8080", "[::1]:0", "localhost:8080", ":8080" (every address,
// IPv4 and IPv6).

#pragma once

#include <string>

#include "core/base/result.hpp"

namespace patchbay::server {

class ListenSocket {
 public:
  // Binds and listens. Fails with kInvalid for an address that cannot be read or resolved, with
  // kConflict when the port is taken, with kUnavailable otherwise; the message names the address.
  static Result<ListenSocket> open(const std::string& address);

  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  // From now on the system refuses connections. REQUIRES: nobody watches the descriptor any more.
  void close_to_new() const;

  [[nodiscard]] int fd() const { return fd_; }

  // Where it really listens, with the port that port 0 became: "127.0.0.1:41873", "[::1]:8080".
  [[nodiscard]] const std::string& address() const { return address_; }

  // True when only this machine can connect.
  [[nodiscard]] bool loopback() const { return loopback_; }

 private:
  ListenSocket(int fd, std::string address, bool loopback)
      : fd_(fd), address_(std::move(address)), loopback_(loopback) {}

  int fd_;
  std::string address_;
  bool loopback_;
};

// Whether a socket that is opened with `address` would be one that only this machine can reach, as
// ListenSocket::loopback() says then. False for what cannot be resolved.
bool listens_on_loopback(const std::string& address);

// "127.0.0.1" or "2001:db8::1" of a socket address, as logs want it.
std::string printable_host(const void* socket_address);

}  // namespace patchbay::server
