// The process's event loops: N workers, each on its own thread.
//
//   auto reactor = Reactor::start({.workers = 2});
//   (*reactor)->worker(0).post([] { ... });
//   (*reactor)->stop();
//
// Built on Pistache's reactor and transport, of which it uses the epoll loops and threads alone;
// docs/decisions/0001-pistache-is-the-reactor.md says why no more than that.

#pragma once

#include <functional>
#include <memory>

#include "core/base/result.hpp"
#include "core/reactor/stall_watch.hpp"
#include "core/reactor/worker.hpp"
#include "core/telemetry/metrics.hpp"

namespace patchbay::reactor {

class Reactor {
 public:
  struct Options {
    unsigned workers = 1;  // at least 1, at most 256
    // Told what a callback threw: a fault of ours that the loop survives. Any worker's thread.
    std::function<void(const char* what)> on_fault = {};
    // Where the workers count; with room for as many, and outliving the reactor. Null: nobody asks.
    telemetry::Metrics* metrics = nullptr;
    // Told of a worker that does not come round; see StallWatch.
    OnStall on_stall = {};
  };

  // Starts the threads and waits until every loop turns.
  static Result<std::unique_ptr<Reactor>> start(Options options);

  virtual ~Reactor() = default;

  [[nodiscard]] virtual unsigned size() const = 0;
  virtual Worker& worker(unsigned index) = 0;

  // Ends the loops and joins the threads. Everything that lives on a worker must be gone before;
  // see Worker::post() for getting it destroyed on its own thread. Idempotent.
  virtual void stop() = 0;
};

}  // namespace patchbay::reactor
