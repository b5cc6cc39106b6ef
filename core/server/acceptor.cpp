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
      watch_(
          worker,
          [this](reactor::Ready) {
            for (int i = 0; i < kAcceptsPerTurn && accept_one(); ++i) {
            }
          },
          "listening socket"),
      retry_(
          worker, [this] { watch_.set(reactor::Interest::kRead); }, "listening socket's pause") {}

bool Acceptor::open() {
  return watch_.start(listen_fd_, reactor::Interest::kRead).has_value();
}

void Acceptor::finish() {
  retry_.cancel();
  watch_.stop();
  while (accept_one()) {
  }
}

bool Acceptor::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  const int fd = ::accept4(
      listen_fd_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    if (errno == EINTR || errno == ECONNABORTED) return true;
    if (exhausted(errno) && watch_.started()) {
      watch_.set(reactor::Interest::kNone);
      retry_.arm(kExhaustedPause);
    }
    return false;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  on_connection_(fd, printable_host(&address));
  return true;
}

}  // namespace patchbay::server
