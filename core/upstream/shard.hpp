// One of libcurl's multi handles, driven by the worker's loop.
//
// libcurl walks all connections of a multi handle at every new one and at every
// curl_easy_send/recv, so a few connections to a handle and many handles are what keeps the price
// of a request the same beside four thousand streams. A connection stays in the shard that dialled
// it until it is closed.
//
// Threads: the worker's.

#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <curl/curl.h>

#include "core/reactor/worker.hpp"

namespace patchbay::upstream {

class Shard {
 public:
  static constexpr std::size_t kHandlesMax = 32;

  class Listener {
   public:
    virtual ~Listener() = default;

    // The dial of `easy` is over. Called from the loop, outside libcurl, so anything may be done.
    virtual void on_dial_over(CURL* easy, CURLcode code) = 0;
  };

  // Null when libcurl cannot make a handle (out of memory or descriptors).
  static std::unique_ptr<Shard> create(reactor::Worker& worker, Listener& listener);

  ~Shard();  // REQUIRES: every handle was removed.
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Begins to dial; nothing is called back before the loop turns.
  bool add(CURL* easy);

  // Ends the dial of `easy`, or closes the connection it made. The handle is the caller's again.
  void remove(CURL* easy);

  [[nodiscard]] bool has_room() const { return handles_ < kHandlesMax; }

  // A new socket whose number libcurl knows no older one by; -1 where there is none. Libcurl may
  // have closed a socket and not have told us yet: one of the same number would be taken for that
  // one, and nobody would ever watch it.
  [[nodiscard]] int new_socket(int family, int type, int protocol) const;

  // Has libcurl look at the dial of `easy` again in the next turn. An address that fails makes it
  // move on to the next one, but begin there only when it is woken by something, which may be the
  // dial's time-out. To be called from libcurl's callbacks.
  void look_again(CURL* easy) { look_again_.push_back(easy); }

 private:
  // A descriptor that libcurl wants watched. Libcurl closes those on which a connection was not
  // made yet before it tells of that, so it is a duplicate, closed by us, that is watched.
  struct Socket {
    Socket(reactor::Worker& worker, reactor::Watch::Callback on_ready)
        : watch(worker, std::move(on_ready), "dial to an upstream") {}
    ~Socket() { release(); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    bool watch_duplicate(curl_socket_t of, reactor::Interest interest);
    void release();

    reactor::Watch watch;
    curl_socket_t fd = CURL_SOCKET_BAD;  // libcurl's
    int duplicate = -1;
  };

  Shard(reactor::Worker& worker, Listener& listener, CURLM* multi);

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* shard, void* known);
  static int on_timeout(CURLM* multi, long timeout_ms, void* shard);
  Socket& free_socket();
  [[nodiscard]] bool knows(curl_socket_t fd) const;
  void wake_dials();
  void act(curl_socket_t fd, int events);

  reactor::Worker& worker_;
  Listener& listener_;
  CURLM* const multi_;
  reactor::Timer timer_;
  std::size_t handles_ = 0;
  std::vector<CURL*> look_again_;

  // Kept and used again, never freed while the shard lives: libcurl lets go of descriptors in the
  // middle of the very callback that tells of them.
  std::vector<std::unique_ptr<Socket>> sockets_;
};

}  // namespace patchbay::upstream
