// Makes connections: at most so many at a time, the rest in the order they were asked for.
//
// libcurl does the work (names, happy eyeballs, proxies, TLS, certificates) and stops when the
// connection stands. Sessions of TLS and resolved names are shared by all dials of a client.
//
// Threads: the worker's.

#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <vector>

#include <curl/curl.h>

#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"
#include "core/upstream/endpoint.hpp"
#include "core/upstream/link.hpp"
#include "core/upstream/shard.hpp"

namespace patchbay::upstream {

class Dialer final : private Shard::Listener {
 public:
  class Requester {
   public:
    virtual ~Requester() = default;

    // One of the two is called, once, from the loop, unless the dial is cancelled.
    virtual void on_dialled(std::unique_ptr<Link> link) = 0;
    virtual void on_dial_failed(Error error) = 0;

    // A warm connection was found for a dial that had not begun; for Exchanges to call after
    // take_waiting().
    virtual void on_link_free(Link& link) = 0;
  };

  // A connection asked for and not yet there.
  struct Dial;

  Dialer(reactor::Worker& worker, std::size_t dials_max);
  ~Dialer() override;  // REQUIRES: every link made here is gone.
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

  // Asks for a connection. The dial ends, one way or the other, within the endpoint's
  // connect_timeout, time in the queue included. The pointer is good until the requester is called
  // or the dial is cancelled. `takes_warm`: see take_waiting().
  Dial* dial(std::shared_ptr<Endpoint> endpoint, Requester& requester, bool takes_warm);

  void cancel(Dial* dial);

  // Takes the first dial to `endpoint` that has not begun, and would take a warm connection as
  // well, out of the queue and returns who asked. Null when nobody waits.
  Requester* take_waiting(const Endpoint& endpoint);

 private:
  using Dials = std::list<std::unique_ptr<Dial>>;

  void on_dial_over(CURL* easy, CURLcode code) override;
  void begin_next();
  Status begin(Dial& dial);
  void set_options(Dial& dial);
  Shard* shard_with_room();
  void end(Dial& dial, Dials& list);
  void fail(Dial& dial, Dials& list, Error error);
  void expire_waiting();
  void expect(Time deadline);

  reactor::Worker& worker_;
  const Status prepared_;  // before anything of libcurl's is made
  const std::size_t dials_max_;
  CURLSH* const share_;
  std::vector<std::unique_ptr<Shard>> shards_;
  Dials under_way_;
  Dials waiting_;
  reactor::Timer waiting_timer_;  // due no later than the earliest deadline of those waiting
  reactor::Deferred next_;        // begins dials where room was made
};

}  // namespace patchbay::upstream
