// One client connection: reads requests one at a time, lets the handler answer, writes.
//
// Its life is a walk through phases: kReading (waiting for a request or in the middle of one),
// kAnswering (the handler has it; further input waits), kLingering (our last words are sent, the
// client's are thrown away until it closes), kClosed (waiting for the end of the turn to be
// destroyed). A pipelined request is taken up only when the answer before it is complete.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/reactor/worker.hpp"
#include "core/server/exchange.hpp"
#include "core/server/limits.hpp"
#include "core/server/output.hpp"
#include "core/server/request_parser.hpp"

namespace patchbay::server {

class Connection;

// What a connection needs of the worker it lives on.
class ConnectionHome {
 public:
  virtual ~ConnectionHome() = default;

  virtual reactor::Worker& worker() = 0;
  virtual Handler& handler() = 0;
  virtual const Limits& limits() = 0;
  // Where the connections of the worker count.
  virtual telemetry::ClientCells& cells() = 0;
  // A buffer for one recv(), shared by all connections of the worker.
  virtual std::pair<char*, std::size_t> receive_buffer() = 0;
  // "Date: ...\r\n", made once a second.
  virtual std::string_view date_line() = 0;
  // True while the server is stopping: answers end their connections.
  virtual bool draining() = 0;
  // Takes the connection out and destroys it at the end of the turn.
  virtual void retire(Connection& connection) = 0;
};

class Connection final : public Exchange {
 public:
  enum class Welcome { kServed, kTurnedAway };

  // Takes over `fd`, which is connected and non-blocking. One that is turned away has its first
  // request answered with 503, which is kinder than a reset: clients know when to come back.
  Connection(ConnectionHome& home, int fd, std::string peer, Welcome welcome);
  ~Connection() override;

  // Begins reading; false when the kernel refuses to watch the socket.
  bool open();

  // The server stops: an idle connection closes, a busy one after its answer.
  void drain();

  // The time to finish is over: the responder says goodbye, and the connection ends.
  void cut();

  [[nodiscard]] bool turned_away() const { return welcome_ == Welcome::kTurnedAway; }

  std::size_t place = 0;  // in the home's list; the home's to set

  // Exchange
  Request& request() override { return request_; }
  reactor::Worker& worker() override { return home_.worker(); }
  void attach(std::unique_ptr<Responder> responder) override;
  [[nodiscard]] std::unique_ptr<Responder> detach() override;
  void respond(int status, const http::HeaderList& headers, std::string_view body) override;
  void begin(int status,
             const http::HeaderList& headers,
             std::optional<std::uint64_t> content_length) override;
  void write(std::string_view bytes) override;
  void end() override;
  void abort() override;
  [[nodiscard]] bool begun() const override { return begun_; }
  [[nodiscard]] bool writable() override;
  [[nodiscard]] std::uint64_t sent() const override { return sent_; }

 private:
  enum class Phase { kReading, kAnswering, kLingering, kClosed };
  enum class Waiting { kNothing, kHead, kBody, kIdle, kStall, kLinger };

  void on_ready(reactor::Ready ready);
  void on_time();
  void on_turn_end();

  void read_some();
  std::size_t consume(std::string_view bytes);
  void take_request();
  void reject(int status, std::string_view message);
  void peer_finished();

  void write_head(int status, const http::HeaderList& headers);
  void finish_answer();
  void finish_output();
  bool is_last();
  bool may_go_on();
  void cut_off();
  void next_request();
  void flush();
  void count_output(std::size_t before);
  void count_waiting(std::size_t bytes);
  void linger();
  void gone();
  void close();

  [[nodiscard]] std::chrono::milliseconds head_timeout() const;
  void wait_for(Waiting what);
  [[nodiscard]] Waiting what_is_awaited() const;
  void update_interest();

  ConnectionHome& home_;
  const Welcome welcome_;
  int fd_;
  reactor::Watch watch_;
  reactor::Timer timer_;
  reactor::Deferred turn_end_;

  Phase phase_ = Phase::kReading;
  Waiting waiting_ = Waiting::kNothing;
  std::string input_;  // received and not consumed yet
  RequestParser parser_;
  Request request_;
  Output output_;
  std::size_t counted_waiting_ = 0;  // of output_, in the worker's cells
  std::unique_ptr<Responder> responder_;
  std::uint64_t sent_ = 0;

  bool begun_ = false;          // the head of the answer is written
  bool answered_ = false;       // the answer is complete
  bool aborted_ = false;        // the answer is to be cut off
  bool chunked_ = false;        // the answer's body is chunked
  bool head_only_ = false;      // HEAD: no body goes out
  bool keep_alive_ = true;      // after this answer
  bool peer_done_ = false;      // the client has closed its sending side
  bool blocked_ = false;        // output waits for the client's window
  bool paused_source_ = false;  // writable() said no; on_drain() is owed
};

}  // namespace patchbay::server
