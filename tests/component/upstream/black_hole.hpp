// A port on which connections are neither made nor refused: more of them wait there than it has
// room for.

#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::upstream {

class BlackHole {
 public:
  BlackHole(const char* address, std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    EXPECT_EQ(::inet_pton(AF_INET, address, &at.sin_addr), 1);
    auto* const any = reinterpret_cast<sockaddr*>(&at);
    socklen_t size = sizeof(at);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(listener_, any, size), 0);
    EXPECT_EQ(::listen(listener_, 0), 0);
    EXPECT_EQ(::getsockname(listener_, any, &size), 0);
    name_ = std::string(address) + ":" + std::to_string(ntohs(at.sin_port));
    for (int& waiting : waiting_) {
      waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      (void)::connect(waiting, any, size);
    }
  }
  ~BlackHole() {
    for (const int waiting : waiting_)
      ::close(waiting);
    ::close(listener_);
  }
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

  [[nodiscard]] std::string url() const { return "http://" + name_ + "/"; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  int listener_ = -1;
  std::array<int, 16> waiting_{};
  std::string name_;
};

}  // namespace patchbay::upstream
