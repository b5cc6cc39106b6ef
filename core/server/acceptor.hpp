// Accepts connections on one worker from a listening socket that all workers share.

#pragma once

#include <functional>
#include <string>

#include "core/reactor/worker.hpp"

namespace patchbay::server {

class Acceptor {
 public:
  // Takes over the descriptor of a new, non-blocking connection.
  using OnConnection = std::function<void(int fd, std::string peer)>;

  Acceptor(reactor::Worker& worker, int listen_fd, OnConnection on_connection);

  // Begins accepting; false when the kernel refuses to watch the socket.
  bool open();

  // Takes what is waiting already, and no more.
  void finish();

 private:
  // False once nobody waits any more.
  bool accept_one();

  int listen_fd_;
  OnConnection on_connection_;
  reactor::Watch watch_;
  reactor::Timer retry_;  // after the process ran out of descriptors
};

}  // namespace patchbay::server
