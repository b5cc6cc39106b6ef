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
// answer had come. Redirects are not followed.
//
// Messages of errors name the upstream as "host:port" and may be shown; they never hold a URL, a
// header's value or a proxy's password. The first connection has the process ignore SIGPIPE.
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

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/http/header_list.hpp"
#include "core/reactor/worker.hpp"
#include "core/telemetry/worker_metrics.hpp"
#include "core/upstream/address_guard.hpp"

namespace patchbay::upstream {

// How connections to an upstream are made; requests with equal settings share connections.
struct Connection {
  // Names, TCP and TLS together, and the wait for a turn to dial (Client::Options::dials_max).
  std::chrono::milliseconds connect_timeout{5000};
  std::string proxy;    // "http://host:port", or empty for none; the environment is not asked
  std::string ca_file;  // PEM bundle; empty: the system's
  bool verify = true;   // check the certificate and its name
  // Which addresses may be connected to: the upstream's, or the proxy's where there is one, since a
  // proxy looks names up itself. (The upstream's own is then judged only where the URL spells it.)
  AddressGuard guard;
  friend bool operator==(const Connection&, const Connection&) = default;
};

// Zero means that there is no limit. Time in which the transfer is paused counts for `total` alone.
struct Timeouts {
  // From the last byte of the request that the upstream took to the first byte of the final head:
  // an upstream that does not take the request at all runs into it as well.
  std::chrono::milliseconds first_byte{0};
  // Between two reads, from that byte on.
  std::chrono::milliseconds idle{0};
  // From Request::begun_at to the last byte of the answer, connecting included.
  std::chrono::milliseconds total{0};
};

struct Request {
  std::string method;
  std::string url;  // "https://host[:port]/path?query"; http and https only
  // Host, Content-Length, Transfer-Encoding and Connection are ours and left out if given.
  http::HeaderList headers;
  // The body, in pieces, sent in order. The bytes are the caller's and must stay valid until
  // on_head() or on_end() begins, since a retry sends them again. (What is unsent when an answer
  // comes that early is copied.)
  std::vector<std::string_view> body;
  Connection connection;
  Timeouts timeouts;
  // Where bytes and failures count; null: nowhere. Must outlive the client.
  telemetry::ProviderSeries* series = nullptr;
  Time begun_at{};  // for Timeouts::total where this is not the first request; none: start()
};

struct ResponseHead {
  int status = 0;
  http::HeaderList headers;
  std::int64_t content_length = -1;  // -1: not told
};

// Every callback may pause, resume, finish or destroy the Transfer, and start others.
class ResponseHandler {
 public:
  virtual ~ResponseHandler() = default;

  // The final head (1xx answers are swallowed). `head` is valid while the Transfer lives.
  virtual void on_head(const ResponseHead& head) = 0;

  // The next bytes of the body, transfer coding removed; valid during the call. One call brings
  // what one read brought, however many chunks that was.
  virtual void on_body(std::string_view bytes) = 0;

  // Exactly once unless the Transfer is destroyed first, and the last call. ok() means the whole
  // message arrived as its framing promised (a body that ends by closing counts as whole, also
  // where TLS's word of farewell is missing). Otherwise: kInvalid (the URL, a header or the CA file
  // cannot be used, or the guard refuses every address), kUnavailable (could not connect, refused,
  // reset before the head), kTimeout, kProtocol (not HTTP, or cut short).
  virtual void on_end(Status status) = 0;
};

// One request on its way. Destroying it before on_end() cancels: the connection is closed at once
// and no further callback comes.
class Transfer {
 public:
  virtual ~Transfer() = default;

  // Stops reading from the upstream: what it sends waits in the kernel, and then at the upstream.
  // No callback comes while paused, not even on_end(): what was read already is held back. Sending
  // goes on. resume() calls nobody back itself.
  virtual void pause() = 0;
  virtual void resume() = 0;

  // Bytes of the response's body so far, as delivered.
  [[nodiscard]] virtual std::uint64_t received() const = 0;

  // Ends the transfer where the caller knows that the answer is complete (`data: [DONE]`). The
  // connection is kept if the message turns out to be complete as well, which is waited for a
  // quarter of a second and a few bytes long, and closed otherwise. No callback comes afterwards;
  // the handler may be destroyed at once.
  static void finish(std::unique_ptr<Transfer> transfer);

 protected:
  virtual void detach() = 0;
};

class Client {
 public:
  struct Options {
    std::size_t idle_max = 256;                      // warm connections in all
    std::chrono::milliseconds idle_timeout{60'000};  // then an unused connection is closed
    std::size_t head_bytes_max = 64 * 1024;          // of a response
    // Under way at once; more wait their turn. One endpoint has at most half of them, and a lesser
    // share the more of them others hold: see Dialer.
    std::size_t dials_max = 64;
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
