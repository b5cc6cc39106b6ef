// Everything that one worker counts. The rooms write their parts where things happen; Metrics reads
// all workers' and adds them up. docs/metrics.md says what each number is called outside.
//
//   worker.metrics().clients.bytes_in.add(received);
//   CallSeries& series = worker.metrics().calls.at({provider, model, mode, "true"});
//
// Threads: see cells.hpp. A label set's series is looked up once a call and kept.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/telemetry/activity.hpp"
#include "core/telemetry/cells.hpp"
#include "core/telemetry/error_class.hpp"
#include "core/telemetry/series_table.hpp"

namespace patchbay::telemetry {

class Metrics;

namespace bounds {

inline constexpr std::int64_t kMs = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000 * kMs;

// A turn of the loop, and what waits for one.
inline constexpr std::array<std::int64_t, 13> kTurn{kMs / 20,
                                                    kMs / 10,
                                                    kMs / 4,
                                                    kMs / 2,
                                                    kMs,
                                                    5 * kMs / 2,
                                                    5 * kMs,
                                                    10 * kMs,
                                                    25 * kMs,
                                                    50 * kMs,
                                                    100 * kMs,
                                                    250 * kMs,
                                                    kSecond};

// An answer, from a cached word to minutes of thinking.
inline constexpr std::array<std::int64_t, 16> kAnswer{kMs,
                                                      5 * kMs,
                                                      10 * kMs,
                                                      25 * kMs,
                                                      50 * kMs,
                                                      100 * kMs,
                                                      250 * kMs,
                                                      500 * kMs,
                                                      kSecond,
                                                      5 * kSecond / 2,
                                                      5 * kSecond,
                                                      10 * kSecond,
                                                      30 * kSecond,
                                                      60 * kSecond,
                                                      120 * kSecond,
                                                      300 * kSecond};

}  // namespace bounds

// The event loop; core/reactor writes it.
struct LoopCells {
  Activity activity;
  Histogram<bounds::kTurn> turns;           // how long a turn ran
  Histogram<bounds::kTurn> mail_waits;      // from the post that woke the loop to its reading
  Gauge mail_waiting;                       // posted and not read; written under the mailbox's lock
  Counter stalls;                           // turns longer than Reactor::Options::stall_after
  std::atomic<std::int64_t> running_ns{0};  // of what runs now, as last seen by the watching thread
};

// The client side; core/server writes it, and core/api `errors` and Metrics::requests.
struct ClientCells {
  Gauge connections;
  Counter accepted;
  Counter refused;  // turned away, for there were too many
  Counter bytes_in;
  Counter bytes_out;
  Gauge bytes_waiting;  // written by us, not taken by the client's system yet
  std::array<Counter, kErrorClasses> errors;
};

// The upstream side as a whole; core/upstream writes it.
struct UpstreamCells {
  Gauge busy;  // connections
  Gauge idle;
  Gauge dials_waiting;
  Gauge dials_under_way;
  Counter dialled;
  Counter reused;
  Counter retried;
};

// What can go wrong between us and an upstream.
enum class UpstreamError : std::uint8_t {
  kConnect,    // no connection: name, refusal, TLS, proxy
  kTimeout,    // any of the time-outs, connecting included
  kProtocol,   // what came is not HTTP, or not what its headers promised
  kCut,        // the connection broke before the answer was whole
  kRefused,    // our side would not send it: a bad URL or header, an address that is not allowed
  kStatus4xx,  // an answer, but not the one hoped for
  kStatus5xx,
};

inline constexpr std::array<std::string_view, 7> kUpstreamErrorNames{
    "connect", "timeout", "protocol", "cut", "refused", "status_4xx", "status_5xx"};

// One provider's upstream; core/relay makes it, and core/upstream writes it too.
struct ProviderSeries {
  Counter requests;
  Counter bytes_sent;
  Counter bytes_received;
  std::array<Counter, kUpstreamErrorNames.size()> errors;

  void failed(UpstreamError error) { errors[static_cast<std::size_t>(error)].add(); }
};

// The calls of one model, mode and way of answering; core/relay writes it.
struct CallSeries {
  Gauge active;
  Counter good;
  std::array<Counter, kErrorClasses> errors;
  Histogram<bounds::kAnswer> first_byte;  // until the client's answer began
  Histogram<bounds::kAnswer> duration;
  Counter tokens_in;
  Counter tokens_cached;  // of tokens_in
  Counter tokens_out;
};

// The most series of each kind, "other" not counted.
inline constexpr std::size_t kRequestSeriesMax = 512;
inline constexpr std::size_t kCallSeriesMax = 256;
inline constexpr std::size_t kProviderSeriesMax = 64;

struct WorkerMetrics {
  WorkerMetrics(Metrics& process, LabelSets& request, LabelSets& call, LabelSets& provider)
      : all(process), requests(request), calls(call), providers(provider) {}

  Metrics& all;

  LoopCells loop;
  ClientCells clients;
  UpstreamCells upstream;

  SeriesTable<Counter, kRequestSeriesMax> requests;           // route, method, code
  SeriesTable<CallSeries, kCallSeriesMax> calls;              // provider, model, mode, stream
  SeriesTable<ProviderSeries, kProviderSeriesMax> providers;  // provider
};

}  // namespace patchbay::telemetry
