#include <array>
#include <string>

#include "core/telemetry/families.hpp"

namespace patchbay::telemetry {
namespace {

using Type = Exposition::Type;

// A number that each worker has, as a family with one value a worker.
struct Number {
  Type type;
  const char* name;
  const char* help;
  double (*of)(const WorkerMetrics&);
};

double as_double(const Counter& counter) {
  return static_cast<double>(counter.value());
}
double as_double(const Gauge& gauge) {
  return static_cast<double>(gauge.value());
}

constexpr std::array kNumbers{
    Number{Type::kGauge,
           "patchbay_worker_mail_waiting",
           "Work from other threads that waits.",
           [](const WorkerMetrics& worker) { return as_double(worker.loop.mail_waiting); }},
    Number{Type::kCounter,
           "patchbay_worker_stalls_total",
           "Turns of the loop that took more than 50 ms.",
           [](const WorkerMetrics& worker) { return as_double(worker.loop.stalls); }},
    Number{Type::kGauge,
           "patchbay_worker_running_seconds",
           "How long one thing has been running on the loop; 0 below 25 ms.",
           [](const WorkerMetrics& worker) {
             return static_cast<double>(worker.loop.running_ns.load(std::memory_order_relaxed)) /
                    1e9;
           }},
    Number{Type::kGauge,
           "patchbay_client_connections",
           "Connections of clients.",
           [](const WorkerMetrics& worker) { return as_double(worker.clients.connections); }},
    Number{Type::kCounter,
           "patchbay_client_connections_accepted_total",
           "Connections of clients taken.",
           [](const WorkerMetrics& worker) { return as_double(worker.clients.accepted); }},
    Number{Type::kCounter,
           "patchbay_client_connections_refused_total",
           "Connections turned away, for there were too many.",
           [](const WorkerMetrics& worker) { return as_double(worker.clients.refused); }},
    Number{Type::kCounter,
           "patchbay_client_received_bytes_total",
           "Bytes received from clients.",
           [](const WorkerMetrics& worker) { return as_double(worker.clients.bytes_in); }},
    Number{Type::kCounter,
           "patchbay_client_sent_bytes_total",
           "Bytes sent to clients.",
           [](const WorkerMetrics& worker) { return as_double(worker.clients.bytes_out); }},
    Number{Type::kGauge,
           "patchbay_client_output_waiting_bytes",
           "Bytes for clients that their connections do not take yet.",
           [](const WorkerMetrics& worker) { return as_double(worker.clients.bytes_waiting); }},
    Number{Type::kCounter,
           "patchbay_upstream_connections_opened_total",
           "Connections to upstreams made.",
           [](const WorkerMetrics& worker) { return as_double(worker.upstream.dialled); }},
    Number{Type::kCounter,
           "patchbay_upstream_connections_reused_total",
           "Requests that took a connection which was there.",
           [](const WorkerMetrics& worker) { return as_double(worker.upstream.reused); }},
    Number{Type::kCounter,
           "patchbay_upstream_retries_total",
           "Requests sent again, for the upstream had closed the connection they took.",
           [](const WorkerMetrics& worker) { return as_double(worker.upstream.retried); }},
};

Exposition::Labels label_of(std::size_t worker) {
  return {{"worker", std::to_string(worker)}};
}

template <const auto& kBounds>
void add_durations(Exposition& page,
                   const WorkerList& workers,
                   const char* name,
                   const char* help,
                   Histogram<kBounds> LoopCells::*histogram) {
  page.family(Type::kHistogram, name, help);
  for (std::size_t i = 0; i < workers.size(); ++i)
    page.add(label_of(i), buckets_of(workers[i]->loop.*histogram));
}

// Two gauges of the upstream side, told apart by their `state`.
struct State {
  const char* name;
  Gauge UpstreamCells::*gauge;
};

void add_states(Exposition& page,
                const WorkerList& workers,
                const char* name,
                const char* help,
                const std::array<State, 2>& states) {
  page.family(Type::kGauge, name, help);
  for (std::size_t i = 0; i < workers.size(); ++i) {
    for (const State& state : states) {
      Exposition::Labels labels = label_of(i);
      labels.emplace_back("state", state.name);
      page.add(std::move(labels), as_double(workers[i]->upstream.*state.gauge));
    }
  }
}

}  // namespace

void add_worker_families(Exposition& page, const WorkerList& workers) {
  for (const Number& number : kNumbers) {
    page.family(number.type, number.name, number.help);
    for (std::size_t i = 0; i < workers.size(); ++i)
      page.add(label_of(i), number.of(*workers[i]));
  }
  add_durations(page,
                workers,
                "patchbay_worker_turn_seconds",
                "How long turns of the loop ran: the lag of whatever became ready meanwhile.",
                &LoopCells::turns);
  add_durations(page,
                workers,
                "patchbay_worker_mail_wait_seconds",
                "How long work from other threads waited for the loop.",
                &LoopCells::mail_waits);
  add_states(page,
             workers,
             "patchbay_upstream_connections",
             "Connections to upstreams.",
             {{{"busy", &UpstreamCells::busy}, {"idle", &UpstreamCells::idle}}});
  add_states(page,
             workers,
             "patchbay_upstream_dials",
             "Connections to upstreams in the making, and those whose turn to be made will come.",
             {{{"under_way", &UpstreamCells::dials_under_way},
               {"waiting", &UpstreamCells::dials_waiting}}});
}

}  // namespace patchbay::telemetry
