// A fast HTTP/1.1 upstream on one thread. What a request is answered with stands in the name of the
// model it asks for:
//
//   every-20     a stream without end, an event every 20 ms (any number); each connection has its
//                own place in the interval, so that events do not come in swarms
//   flood        a stream without end, 64 events in each write, as fast as they are taken
//   silent       nothing, ever
//   half         the head and the first half of a whole answer, and no more
//   other names  a whole answer of about 1 KB
//
// A request whose "user" begins with "gone-" is followed: `asked gone-1` is printed once its answer
// has begun, `closed gone-1 NANOSECONDS` (of CLOCK_MONOTONIC) once its connection has.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/answers.hpp"
#include "tests/bench/sockets.hpp"
#include "tests/bench/upstream_peer.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace patchbay::bench {

class UpstreamServer {
 public:
  // PEM files of the TLS side; both empty: plain only.
  UpstreamServer(const std::string& certificate, const std::string& key);
  ~UpstreamServer();
  UpstreamServer(const UpstreamServer&) = delete;
  UpstreamServer& operator=(const UpstreamServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t tls_port() const { return tls_port_; }

  // Serves until standard input ends.
  void run();

 private:
  struct Slot {
    std::uint32_t generation = 0;
    std::unique_ptr<UpstreamPeer> peer;
  };
  struct Due {
    std::uint32_t slot;
    std::uint32_t generation;
  };

  void accept_all(int listener, bool tls);
  void on_event(const epoll_event& event);
  bool read(std::uint32_t slot);
  bool take_requests(std::uint32_t slot);
  [[nodiscard]] const Stream& stream_for(std::string_view target) const;
  bool answer(std::uint32_t slot, std::string_view head, std::string_view body);
  void watch_output(std::uint32_t slot);
  void close_peer(std::uint32_t slot);
  void pace(std::uint32_t slot);
  void send_due();

  Epoll epoll_;
  ssl_ctx_st* tls_ = nullptr;
  int listener_ = -1;
  int tls_listener_ = -1;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;

  std::vector<std::vector<Due>> wheel_;  // one entry a millisecond
  std::int64_t wheel_ms_ = 0;            // the next entry to look at
  std::size_t paced_ = 0;
  std::uint32_t paced_in_all_ = 0;

  const std::string whole_;
  const std::string half_;
  const Stream openai_;
  const Stream anthropic_;
  const Stream gemini_;
};

}  // namespace patchbay::bench
