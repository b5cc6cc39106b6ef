#include "core/telemetry/exposition.hpp"

#include <cassert>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace patchbay::telemetry {
namespace {

constexpr double kNanosecond = 1e-9;

prometheus::MetricType type_of(Exposition::Type type) {
  switch (type) {
    case Exposition::Type::kCounter:
      return prometheus::MetricType::Counter;
    case Exposition::Type::kGauge:
      return prometheus::MetricType::Gauge;
    case Exposition::Type::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric labelled(Exposition::Labels labels) {
  prometheus::ClientMetric metric;
  metric.label.reserve(labels.size());
  for (auto& [name, value] : labels)
    metric.label.push_back({std::move(name), std::move(value)});
  return metric;
}

}  // namespace

class Exposition::Impl {
 public:
  std::vector<prometheus::MetricFamily> families;
};

Exposition::Exposition() : impl_(std::make_unique<Impl>()) {}
Exposition::~Exposition() = default;

void Exposition::Buckets::add(const Buckets& other) {
  bounds_ns = other.bounds_ns;
  counts.resize(other.counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] += other.counts[i];
  sum_ns += other.sum_ns;
}

void Exposition::family(Type type, std::string name, std::string help) {
  impl_->families.push_back({std::move(name), std::move(help), type_of(type), {}});
}

void Exposition::add(Labels labels, double value) {
  assert(!impl_->families.empty());
  prometheus::MetricFamily& family = impl_->families.back();
  prometheus::ClientMetric metric = labelled(std::move(labels));
  if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
}

void Exposition::add(Labels labels, const Buckets& buckets) {
  assert(!impl_->families.empty() && buckets.counts.size() == buckets.bounds_ns.size() + 1);
  prometheus::ClientMetric metric = labelled(std::move(labels));
  prometheus::ClientMetric::Histogram& histogram = metric.histogram;
  histogram.bucket.reserve(buckets.bounds_ns.size());
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < buckets.bounds_ns.size(); ++i) {
    so_far += buckets.counts[i];
    histogram.bucket.push_back({so_far, static_cast<double>(buckets.bounds_ns[i]) / 1e9});
  }
  // The library adds the bucket without a bound: it is the count.
  histogram.sample_count = so_far + buckets.counts.back();
  histogram.sample_sum = static_cast<double>(buckets.sum_ns) * kNanosecond;
  impl_->families.back().metric.push_back(std::move(metric));
}

std::string Exposition::text() const {
  return prometheus::TextSerializer().Serialize(impl_->families);
}

}  // namespace patchbay::telemetry
