#include "core/upstream/shard.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::upstream {

using reactor::Interest;
using reactor::Ready;

std::unique_ptr<Shard> Shard::create(reactor::Worker& worker, Listener& listener) {
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return nullptr;
  return std::unique_ptr<Shard>(new Shard(worker, listener, multi));
}

Shard::Shard(reactor::Worker& worker, Listener& listener, CURLM* multi)
    : worker_(worker),
      listener_(listener),
      multi_(multi),
      timer_(
          worker, [this] { act(CURL_SOCKET_TIMEOUT, 0); }, "dials to upstreams") {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Shard::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Shard::on_timeout);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  // More than there can be: libcurl must never close a connection to make room for another.
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(kHandlesMax * 4));
}

Shard::~Shard() {
  // Calls back into on_socket() and on_timeout(), so the members must still be there.
  curl_multi_cleanup(multi_);
}

bool Shard::add(CURL* easy) {
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) return false;
  ++handles_;
  return true;
}

void Shard::remove(CURL* easy) {
  curl_multi_remove_handle(multi_, easy);
  std::erase(look_again_, easy);
  --handles_;
}

Shard::Socket& Shard::free_socket() {
  for (const auto& socket : sockets_) {
    if (socket->fd == CURL_SOCKET_BAD) return *socket;
  }
  const std::size_t index = sockets_.size();
  sockets_.push_back(std::make_unique<Socket>(worker_, [this, index](Ready ready) {
    const bool failed = ready.hangup || (!ready.readable && !ready.writable);
    act(sockets_[index]->fd,
        (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0) |
            (failed ? CURL_CSELECT_ERR : 0));
  }));
  return *sockets_.back();
}

bool Shard::Socket::watch_duplicate(curl_socket_t of, Interest interest) {
  duplicate = ::fcntl(of, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) return false;
  fd = of;
  if (watch.start(duplicate, interest)) return true;
  release();
  return false;
}

void Shard::Socket::release() {
  watch.stop();
  if (duplicate >= 0) ::close(std::exchange(duplicate, -1));
  fd = CURL_SOCKET_BAD;
}

bool Shard::knows(curl_socket_t fd) const {
  return std::any_of(
      sockets_.begin(), sockets_.end(), [fd](const auto& socket) { return socket->fd == fd; });
}

int Shard::new_socket(int family, int type, int protocol) const {
  int fd = ::socket(family, type | SOCK_CLOEXEC, protocol);
  std::vector<int> known;  // held until another number is found
  while (fd >= 0 && knows(fd)) {
    known.push_back(fd);
    fd = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  }
  for (const int other : known)
    ::close(other);
  return fd;
}

int Shard::on_socket(CURL* easy, curl_socket_t fd, int what, void* shard, void* known) {
  auto& self = *static_cast<Shard*>(shard);
  auto* socket = static_cast<Socket*>(known);
  if (what == CURL_POLL_REMOVE) {
    if (socket == nullptr) return 0;
    self.look_again(easy);  // an address may have failed
    socket->release();
    curl_multi_assign(self.multi_, fd, nullptr);
    return 0;
  }
  const Interest interest = what == CURL_POLL_IN    ? Interest::kRead
                            : what == CURL_POLL_OUT ? Interest::kWrite
                                                    : Interest::kReadWrite;
  if (socket != nullptr) {
    socket->watch.set(interest);
    return 0;
  }
  socket = &self.free_socket();
  // A kernel that refuses the watch leaves the dial to its time-out; telling libcurl would take
  // down every dial of the shard.
  if (socket->watch_duplicate(fd, interest)) curl_multi_assign(self.multi_, fd, socket);
  return 0;
}

int Shard::on_timeout(CURLM*, long timeout_ms, void* shard) {
  auto& self = *static_cast<Shard*>(shard);
  if (timeout_ms < 0) {
    self.timer_.cancel();
  } else {
    self.timer_.arm(std::chrono::milliseconds(timeout_ms));
  }
  return 0;
}

// A pause that ends at once changes nothing but that libcurl wants to see the transfer. What is
// over already has no connection to pause, and says so.
void Shard::wake_dials() {
  std::vector<CURL*> dials;
  dials.swap(look_again_);
  for (CURL* const easy : dials) {
    curl_easy_pause(easy, CURLPAUSE_SEND);
    curl_easy_pause(easy, CURLPAUSE_CONT);
  }
}

void Shard::act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  wake_dials();
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
    if (message->msg != CURLMSG_DONE) continue;
    // Copied first: what the listener does may free the message.
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    listener_.on_dial_over(easy, code);
  }
}

}  // namespace patchbay::upstream
