// One request and its answer, as the handlers of the API see them.
//
//   void handle(Exchange& exchange) override {
//     if (exchange.request().method == "GET") return exchange.respond(200, headers, "{}");
//     exchange.attach(std::make_unique<Call>(exchange));  // answers later, from the loop
//   }
//
// The answer is either respond(), all at once, or begin(), write()*, end(). Output is gathered and
// sent once at the end of the worker's turn.
//
// Ownership: the connection owns the exchange, and the exchange owns what was attached to it. When
// the client goes away, what is attached is told (on_gone) and destroyed, and with it everything it
// holds: that is how a lost client cancels its upstream. After respond(), end() or abort() the
// attached responder lives until the end of the turn and the exchange must not be used any more.
//
// Threads: everything on the connection's worker.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/http/header_list.hpp"
#include "core/reactor/worker.hpp"

namespace patchbay::server {

// Zero bytes that follow every request body in memory, so that scanners may read in wide steps.
inline constexpr std::size_t kBodyPadding = 16;

struct Request {
  std::string method;
  std::string target;  // as sent: "/v1/models/vendor%2Fname?x=1"
  http::HeaderList headers;
  bool http_1_0 = false;
  bool keep_alive = true;
  std::string peer;         // the client's address, without its port
  std::string padded_body;  // the body and kBodyPadding zero bytes

  [[nodiscard]] std::string_view body() const {
    const std::string_view all = padded_body;
    return all.size() < kBodyPadding ? std::string_view()
                                     : all.substr(0, all.size() - kBodyPadding);
  }
};

// Whoever is answering an exchange later than at once.
class Responder {
 public:
  virtual ~Responder() = default;

  // Output went under half of its bound: what was paused may go on.
  virtual void on_drain() {}

  // The client has closed its sending side. It may be gone or may only have said all it has to
  // say; writing something harmless finds out.
  virtual void on_half_close() {}

  // The client is gone; destruction follows at once.
  virtual void on_gone() {}

  // The server stops and the time to finish is over: say goodbye (an error event) and end().
  virtual void on_shutdown() {}
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  [[nodiscard]] virtual Request& request() = 0;
  virtual reactor::Worker& worker() = 0;

  // Takes the place of who was attached before, which is destroyed. REQUIRES: no answer given.
  virtual void attach(std::unique_ptr<Responder> responder) = 0;

  // Takes off what is attached, which another may follow: for whoever answered in another's place
  // until that one could begin. REQUIRES: no answer given.
  [[nodiscard]] virtual std::unique_ptr<Responder> detach() = 0;

  // The whole answer. Content-Length is ours to add; a HEAD request gets the head alone.
  virtual void respond(int status, const http::HeaderList& headers, std::string_view body) = 0;

  // The head of an answer whose body follows. With a length, exactly so many bytes must follow;
  // without, the body is chunked (or ends with the connection for HTTP/1.0).
  virtual void begin(int status,
                     const http::HeaderList& headers,
                     std::optional<std::uint64_t> content_length) = 0;
  virtual void write(std::string_view bytes) = 0;
  virtual void end() = 0;

  // Cuts the connection, so that the client sees that the answer is not complete.
  virtual void abort() = 0;

  [[nodiscard]] virtual bool begun() const = 0;

  // False while more is queued for the client than the bound; on_drain() follows.
  [[nodiscard]] virtual bool writable() = 0;

  // Bytes of the answer handed over so far, head included.
  [[nodiscard]] virtual std::uint64_t sent() const = 0;
};

// What a request that cannot be read is answered with.
struct Rejection {
  http::HeaderList headers;
  std::string body;
};

// Answers requests; one per worker.
class Handler {
 public:
  virtual ~Handler() = default;

  virtual void handle(Exchange& exchange) = 0;

  // The answer to a request that broke a rule or a limit before it could be handled.
  virtual Rejection reject(int status, std::string_view message, const Request& request) = 0;
};

}  // namespace patchbay::server
