#include "core/server/acceptor.hpp"

#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "core/server/listen_socket.hpp"

namespace patchbay::server {
namespace {

// Few at a time, so that the workers that woke together share a burst between them.
constexpr int kAcceptsPerTurn = 16;

// Without a descriptor to spare, accepting again at once would only burn the processor.
constexpr std::chrono::milliseconds kExhaustedPause{100};

bool exhausted(int code) {
  return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(reactor::Worker& worker, int listen_fd, OnConnection on_connection)
    : listen_fd_(listen_fd),
      on_connection_(std::move(on_connection)),
      watch_(worker, [this](reactor::Ready) { accept_some(); }),
      retry_(worker, [this] { watch_.set(reactor::Interest::kRead); }) {}

bool Acceptor::open() {
  return watch_.start(listen_fd_, reactor::Interest::kRead).has_value();
}

void Acceptor::stop() {
  retry_.cancel();
  watch_.stop();
}

void Acceptor::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    const int fd = ::accept4(
        listen_fd_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (exhausted(errno)) {
        watch_.set(reactor::Interest::kNone);
        retry_.arm(kExhaustedPause);
      }
      return;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    on_connection_(fd, printable_host(&address));
  }
}

}  // namespace patchbay::server
