// HTTP/1.1 to upstreams, on one worker: connections kept warm, one response at a time on each.
//
//   Client client(worker, {});
//   Request request{...};
//   std::unique_ptr<Transfer> transfer = client.start(std::move(request), handler);
//   // handler.on_head(...), handler.on_body(...)*, handler.on_end(...)
//
// libcurl makes the connections (names, happy eyeballs, proxies, TLS, certificates); the messages
// on them are written and parsed here. A request that meets a connection which the upstream had
// just closed is sent once more on a new one, unseen by the caller, as long as no byte of an
// answer had come.
//
// Threads: everything on the worker's own thread, callbacks included. No callback happens inside
// start(): the earliest comes from the loop.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/http/header_list.hpp"
#include "core/reactor/worker.hpp"

namespace patchbay::upstream {

// How connections to an upstream are made; requests with equal settings share connections.
struct Connection {
  std::chrono::milliseconds connect_timeout{5000};  // names, TCP and TLS together
  std::string proxy;     // "http://host:port", or empty for none; the environment is not asked
  std::string ca_file;   // PEM bundle; empty: the system's
  bool verify = true;    // check the certificate and its name
  friend bool operator==(const Connection&, const Connection&) = default;
};

struct Timeouts {
  std::chrono::milliseconds first_byte{0};  // from the request sent to the first byte of the head; 0: none
  std::chrono::milliseconds idle{0};        // between two reads of the body; 0: none
};

struct Request {
  std::string method;
  std::string url;           // "https://host[:port]/path?query"; http and https only
  http::HeaderList headers;  // without Host, Content-Length, Transfer-Encoding, Connection: ours
  // The body, in pieces, sent in order. The bytes are the caller's and must stay valid until
  // on_head() or on_end(), since a retry sends them again.
  std::vector<std::string_view> body;
  Connection connection;
  Timeouts timeouts;
};

struct ResponseHead {
  int status = 0;
  http::HeaderList headers;
  std::int64_t content_length = -1;  // -1: not told
};

class ResponseHandler {
 public:
  virtual ~ResponseHandler() = default;

  // The final head (1xx answers are swallowed). `head` is valid until on_end() has returned.
  virtual void on_head(const ResponseHead& head) = 0;

  // The next bytes of the body, transfer coding removed; valid during the call. May call pause(),
  // and may destroy the Transfer.
  virtual void on_body(std::string_view bytes) = 0;

  // Exactly once unless the Transfer is destroyed first, and the last call. ok() means the whole
  // message arrived as its framing promised (a body that ends by closing counts as whole).
  // Otherwise: kUnavailable (could not connect, refused, reset before the head), kTimeout,
  // kProtocol (not HTTP, or cut short). May destroy the Transfer.
  virtual void on_end(Status status) = 0;
};

// One request on its way. Destroying it before on_end() cancels: the connection is closed at once
// and no further callback comes.
class Transfer {
 public:
  virtual ~Transfer() = default;

  // Stops reading from the upstream: what it sends waits in the kernel, and then at the upstream.
  // At most what was already read arrives in on_body() afterwards: nothing, in fact.
  virtual void pause() = 0;
  virtual void resume() = 0;

  // Bytes of the response's body so far, as delivered.
  [[nodiscard]] virtual std::uint64_t received() const = 0;

  // Ends the transfer where the caller knows that the answer is complete (`data: [DONE]`). The
  // connection is kept if the message turns out to be complete as well, closed otherwise. No
  // callback comes afterwards; the handler may be destroyed at once.
  static void finish(std::unique_ptr<Transfer> transfer);

 protected:
  virtual void detach() = 0;
};

class Client {
 public:
  struct Options {
    std::size_t idle_max = 256;                          // warm connections in all
    std::chrono::milliseconds idle_timeout{60'000};      // then an unused connection is closed
    std::size_t head_bytes_max = 64 * 1024;              // of a response
    std::size_t dials_max = 64;                          // under way at once; more wait their turn
  };

  Client(reactor::Worker& worker, Options options);
  ~Client();  // REQUIRES: every Transfer is gone.
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // REQUIRES: `handler` outlives the Transfer.
  std::unique_ptr<Transfer> start(Request request, ResponseHandler& handler);

  struct Counters {
    std::uint64_t dialled = 0;  // connections opened
    std::uint64_t reused = 0;   // requests that took a warm one
    std::uint64_t retried = 0;  // requests sent again after a stale connection
    std::size_t idle = 0;       // warm now
    std::size_t busy = 0;       // in use now
  };
  [[nodiscard]] Counters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::upstream
