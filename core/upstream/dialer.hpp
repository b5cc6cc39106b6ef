// Makes connections: at most so many at a time, the rest when their turn comes.
//
// libcurl does the work (names, happy eyeballs, proxies, TLS, certificates) and stops when the
// connection stands. Sessions of TLS and resolved names are shared by all dials of a client.
//
// An endpoint may have as many dials under way as there are places left over: half of them for one
// alone, a quarter for the next, and so on. One that swallows every dial thus leaves room for the
// dials to others, and so do several.
//
// Names are looked up on threads of libcurl's, and nothing here waits for those: a lookup that is
// given up goes on without us, and ends when the resolver gives up as well. So that there are never
// more of them than places, a dial that is cancelled while its name is looked up keeps its place
// until the name is there or the dial's time is over.
//
// Threads: the worker's.

#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <curl/curl.h>

#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"
#include "core/upstream/dial.hpp"
#include "core/upstream/dial_queue.hpp"
#include "core/upstream/endpoint.hpp"
#include "core/upstream/link.hpp"
#include "core/upstream/shard.hpp"

namespace patchbay::upstream {

class Dialer final : private Shard::Listener {
 public:
  Dialer(reactor::Worker& worker, std::size_t dials_max);
  ~Dialer() override;  // REQUIRES: every link made here is gone.
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

  // Asks for a connection. The dial ends, one way or the other, within the endpoint's
  // connect_timeout, time in the queue included. The pointer is good until the requester is called
  // or the dial is cancelled. `takes_warm`: see take_waiting().
  Dial* dial(std::shared_ptr<Endpoint> endpoint, DialRequester& requester, bool takes_warm);

  // The requester is not called any more.
  void cancel(Dial* dial);

  // Takes the first dial to `endpoint` that has not begun, and would take a warm connection as
  // well, out of the queue and returns who asked. Null when nobody waits.
  DialRequester* take_waiting(const Endpoint& endpoint);

 private:
  void on_dial_over(CURL* easy, CURLcode code) override;
  static curl_socket_t open_socket(void* tag, curlsocktype, curl_sockaddr* address);
  void begin_next();
  Status begin(Dial& dial);
  void set_options(Dial& dial);
  Shard* shard_with_room();
  void end(Dial& dial);
  void fail(Dial& dial, Error error);
  void expire_waiting();
  void expect_the_late();

  reactor::Worker& worker_;
  const Status prepared_;  // before anything of libcurl's is made
  const std::size_t dials_max_;
  CURLSH* const share_;
  std::vector<std::unique_ptr<Shard>> shards_;
  Dials under_way_;
  DialQueue waiting_;
  reactor::Timer waiting_timer_;  // due no later than the earliest deadline of those waiting
  reactor::Deferred next_;        // begins dials where room was made
  telemetry::UpstreamCells& cells_;
};

}  // namespace patchbay::upstream
