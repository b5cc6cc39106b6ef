// Every live connection of one client: those in use, and the warm ones waiting for a request.
//
// The warmest connection is taken first, so that a quiet time lets the others grow old and go. An
// idle connection is still watched: whatever arrives on it, the end included, makes it useless,
// and it is closed at once.
//
// Threads: the worker's.

#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

#include "core/reactor/worker.hpp"
#include "core/upstream/client.hpp"
#include "core/upstream/endpoint.hpp"
#include "core/upstream/link.hpp"

namespace patchbay::upstream {

class Pool final : private Link::User {
 public:
  Pool(reactor::Worker& worker, const Client::Options& options);
  ~Pool() override;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Takes a new connection in, as one in use.
  Link& adopt(std::unique_ptr<Link> link);

  // A warm connection, now in use, or null.
  Link* take(Endpoint& endpoint);

  // The connection waits for its next request. REQUIRES: in use, nothing unread or unsent.
  void put(Link& link);

  // Closes the connection now; the object is freed at the end of the turn, so that this may be
  // called from what the connection called.
  void close(Link& link);

  [[nodiscard]] std::size_t idle() const { return idle_.size(); }
  [[nodiscard]] std::size_t busy() const { return busy_.size(); }

 private:
  using List = std::list<std::unique_ptr<Link>>;

  void on_link_ready(Link& link, reactor::Ready ready) override;
  bool still_quiet(Link& link);
  void leave_idle(Link& link, List& to);
  void expire();
  void count();

  reactor::Worker& worker_;
  const std::size_t idle_max_;
  const std::chrono::milliseconds idle_timeout_;

  List busy_;
  List idle_;  // the oldest first, over all endpoints
  List closed_;
  reactor::Timer expiry_;  // due no later than the oldest idle connection's end
  reactor::Deferred burial_;
  telemetry::UpstreamCells& cells_;
};

}  // namespace patchbay::upstream
