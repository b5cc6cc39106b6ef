#include "tests/bench/sockets.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <unistd.h>

namespace patchbay::bench {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The kernel's calls take every kind of address as a sockaddr.
sockaddr* plain(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

}  // namespace

void die(std::string_view what) {
  const int code = errno;
  std::fprintf(stderr,
               "%.*s: %s\n",
               static_cast<int>(what.size()),
               what.data(),
               std::generic_category().message(code).c_str());
  std::exit(1);
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int listen_anywhere(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  if (fd < 0 || bind(fd, plain(address), size) != 0 || listen(fd, 4096) != 0 ||
      getsockname(fd, plain(address), &size) != 0) {
    die("listen");
  }
  port = ntohs(address.sin_port);
  return fd;
}

int connect_to(std::uint16_t port, int receive_bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  if (receive_bytes > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
  }
  set_no_delay(fd);
  sockaddr_in address = loopback(port);
  if (connect(fd, plain(address), sizeof(address)) != 0 && errno != EINPROGRESS) die("connect");
  return fd;
}

void set_no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

Epoll::Epoll() : fd_(epoll_create1(EPOLL_CLOEXEC)) {
  if (fd_ < 0) die("epoll_create1");
}

Epoll::~Epoll() {
  close(fd_);
}

void Epoll::add(int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

void Epoll::change(int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &event) != 0) die("epoll_ctl");
}

int Epoll::wait(epoll_event* events, int size, int timeout_ms) {
  const int ready = epoll_wait(fd_, events, size, timeout_ms);
  if (ready < 0 && errno != EINTR) die("epoll_wait");
  return ready < 0 ? 0 : ready;
}

}  // namespace patchbay::bench
