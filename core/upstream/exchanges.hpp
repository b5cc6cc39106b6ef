// What the exchanges of one client share: connections, dials, memory for reading and sending, and
// a second life for exchanges that are over.
//
// Threads: the worker's.

#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/reactor/worker.hpp"
#include "core/upstream/client.hpp"
#include "core/upstream/dialer.hpp"
#include "core/upstream/endpoint.hpp"
#include "core/upstream/exchange.hpp"
#include "core/upstream/pool.hpp"

namespace patchbay::upstream {

// What one read brings at most, beside what an earlier one left over.
inline constexpr std::size_t kReadBytes = 64 * 1024;

class Exchanges {
 public:
  Exchanges(reactor::Worker& worker, const Client::Options& options);
  ~Exchanges();
  Exchanges(const Exchanges&) = delete;
  Exchanges& operator=(const Exchanges&) = delete;

  // An exchange that has nothing to do with any earlier one.
  Exchange& start();

  // Runs exchange.run() at the end of this turn.
  void soon(Exchange& exchange);

  // Runs exchange.run() in the next turn, after the other connections had theirs.
  void next_turn(Exchange& exchange);

  // The exchange is over; it is used again after this turn.
  void retire(Exchange& exchange);

  // The connection is free for whoever waits for one, or for later.
  void give_back(Link& link);

  reactor::Worker& worker() { return worker_; }
  [[nodiscard]] std::size_t head_bytes_max() const { return options_.head_bytes_max; }
  EndpointTable& endpoints() { return endpoints_; }
  Dialer& dialer() { return dialer_; }
  Pool& pool() { return pool_; }
  [[nodiscard]] const Client::Counters& counters() const { return counters_; }
  void count_dialled() {
    ++counters_.dialled;
    cells_.dialled.add();
  }
  void count_reused() {
    ++counters_.reused;
    cells_.reused.add();
  }
  void count_retried() {
    ++counters_.retried;
    cells_.retried.add();
  }

  // Memory that one read at a time uses: room for an unfinished head and for a full read after it.
  [[nodiscard]] char* read_buffer() { return read_buffer_.get(); }
  [[nodiscard]] std::size_t read_buffer_size() const;

  // Link::kRecordBytes for sending.
  [[nodiscard]] char* send_buffer() { return send_buffer_.get(); }

 private:
  void run_soon();
  void bury();

  reactor::Worker& worker_;
  const Client::Options options_;
  Client::Counters counters_;
  EndpointTable endpoints_;
  Dialer dialer_;
  Pool pool_;
  const std::unique_ptr<char[]> read_buffer_;
  const std::unique_ptr<char[]> send_buffer_;

  std::vector<std::unique_ptr<Exchange>> all_;
  std::vector<Exchange*> spare_;
  std::vector<Exchange*> retired_;
  std::vector<Exchange*> soon_;
  std::vector<Exchange*> running_;
  std::vector<Exchange*> next_turn_;
  reactor::Deferred end_of_turn_;
  reactor::Timer turn_;
  telemetry::UpstreamCells& cells_;
};

}  // namespace patchbay::upstream
