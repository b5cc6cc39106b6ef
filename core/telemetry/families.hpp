// What the workers count, as families of metrics: names, helps and labels stand here and in
// docs/metrics.md.

#pragma once

#include <memory>
#include <vector>

#include "core/telemetry/exposition.hpp"
#include "core/telemetry/label_sets.hpp"
#include "core/telemetry/worker_metrics.hpp"

namespace patchbay::telemetry {

using WorkerList = std::vector<std::unique_ptr<WorkerMetrics>>;

// Requests of clients by route, and errors by class.
void add_request_families(Exposition& page, const WorkerList& workers, const LabelSets& labels);

// Calls by provider, model, mode and way of answering.
void add_call_families(Exposition& page, const WorkerList& workers, const LabelSets& labels);

// What went to and came from each provider's upstream.
void add_provider_families(Exposition& page, const WorkerList& workers, const LabelSets& labels);

// Loops, connections and queues, by worker.
void add_worker_families(Exposition& page, const WorkerList& workers);

// A histogram as it stands.
template <const auto& kBounds>
Exposition::Buckets buckets_of(const Histogram<kBounds>& histogram) {
  Exposition::Buckets buckets{kBounds, {}, histogram.sum_ns()};
  for (std::size_t i = 0; i < Histogram<kBounds>::kBuckets; ++i)
    buckets.counts.push_back(histogram.count_in(i));
  return buckets;
}

}  // namespace patchbay::telemetry
