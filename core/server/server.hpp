// The HTTP server: one listening socket, all workers of a reactor, a handler on each.
//
//   auto server = Server::start(reactor, {.address = "127.0.0.1:0"}, make_handler);
//   log((*server)->address());
//   (*server)->stop(std::chrono::seconds(30));
//
// Threads: start() and stop() on the thread that owns the server, not on a worker.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/reactor/reactor.hpp"
#include "core/server/exchange.hpp"
#include "core/server/limits.hpp"

namespace patchbay::server {

class Server {
 public:
  struct Options {
    std::string address;  // see ListenSocket
    Limits limits;
  };

  // Makes the handler of one worker, on that worker's thread.
  using HandlerFactory = std::function<std::unique_ptr<Handler>(reactor::Worker&)>;

  static Result<std::unique_ptr<Server>> start(reactor::Reactor& reactor,
                                               Options options,
                                               const HandlerFactory& make_handler);

  virtual ~Server() = default;

  // Where it listens, with the real port.
  [[nodiscard]] virtual const std::string& address() const = 0;
  [[nodiscard]] virtual bool loopback() const = 0;

  // From each worker's next turn on these hold, for what is connected already as well. Not while
  // stop() runs.
  virtual void set_limits(const Limits& limits) = 0;

  // Stops accepting, closes idle connections, lets running answers finish until the deadline and
  // cuts the rest; then destroys connections and handlers on their workers. Blocks until done.
  virtual void stop(std::chrono::milliseconds deadline) = 0;

  // Makes a running stop() give up waiting. Thread-safe.
  virtual void hurry() = 0;
};

}  // namespace patchbay::server
