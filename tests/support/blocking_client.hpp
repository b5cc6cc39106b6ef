// A TCP client for tests, one blocking call at a time.

#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::test {

// A blocking client with a receive time-out, so that a server that says nothing fails the test.
class BlockingClient {
 public:
  explicit BlockingClient(const std::string& address, int receive_buffer = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    const timeval patience{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    const sockaddr_in to = socket_address(address);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  }
  ~BlockingClient() { close(); }
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  void send(const std::string& text) {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void get(const std::string& path, const std::string& more = {}) {
    send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n");
  }
  // Until the server's system has acknowledged all that was sent, so that the next piece cannot
  // join this one on the way.
  void wait_until_taken() {
    int waiting = 1;
    while (waiting > 0 && ::ioctl(fd_, SIOCOUTQ, &waiting) == 0)
      std::this_thread::yield();
  }
  void half_close() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // Reads until what was read ends with `end`; "" for the end of the connection.
  std::string read_until(const std::string& end) {
    std::string text;
    char byte = 0;
    while (end.empty() || !text.ends_with(end)) {
      if (::recv(fd_, &byte, 1, 0) <= 0) break;
      text.push_back(byte);
    }
    return text;
  }

  // True when the connection ends with a reset instead of an orderly close.
  bool is_reset() {
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) < 0 && errno == ECONNRESET;
  }

  static bool can_connect(const std::string& address) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in to = socket_address(address);
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
    ::close(fd);
    return connected;
  }

  std::size_t read_bytes(std::size_t wanted) {
    std::string buffer(64 * 1024, '\0');
    std::size_t total = 0;
    while (total < wanted) {
      const ssize_t got = ::recv(fd_, buffer.data(), std::min(buffer.size(), wanted - total), 0);
      if (got <= 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

 private:
  static sockaddr_in socket_address(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    return to;
  }

  int fd_ = -1;
};

}  // namespace patchbay::test
