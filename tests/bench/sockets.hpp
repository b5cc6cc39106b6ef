// The little that the bench's programs need of sockets, epoll and the clock.
//
// They are measuring tools: a system call that must not fail ends the program with a message.

#pragma once

#include <cstdint>
#include <string_view>

#include <sys/epoll.h>

namespace patchbay::bench {

// Prints what went wrong, with errno's text, and exits 1.
[[noreturn]] void die(std::string_view what);

// CLOCK_MONOTONIC in nanoseconds: the same for every process of the machine.
std::int64_t now_ns();

// Thousands of connections want as many descriptors as the machine gives.
void raise_descriptor_limit();

// A non-blocking socket that listens on 127.0.0.1 at any free port.
int listen_anywhere(std::uint16_t& port);

// A non-blocking socket on its way to 127.0.0.1:port. `receive_bytes` bounds what the kernel takes
// in for it; 0 leaves that alone.
int connect_to(std::uint16_t port, int receive_bytes = 0);

void set_no_delay(int fd);

class Epoll {
 public:
  Epoll();
  ~Epoll();
  Epoll(const Epoll&) = delete;
  Epoll& operator=(const Epoll&) = delete;

  void add(int fd, std::uint32_t events, std::uint64_t tag);
  void change(int fd, std::uint32_t events, std::uint64_t tag);

  // At most `size` events; `timeout_ms` < 0 waits without end.
  int wait(epoll_event* events, int size, int timeout_ms);

 private:
  int fd_;
};

}  // namespace patchbay::bench
