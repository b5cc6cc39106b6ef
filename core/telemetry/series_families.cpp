#include <string>
#include <utility>

#include "core/telemetry/families.hpp"

namespace patchbay::telemetry {
namespace {

using Type = Exposition::Type;
using Labels = Exposition::Labels;

constexpr std::string_view kOther = "other";

double as_double(std::uint64_t value) {
  return static_cast<double>(value);
}
double as_double(std::int64_t value) {
  return static_cast<double>(value);
}

// The series of one label set, as the workers have them.
template <typename Series>
struct Row {
  Labels labels;
  std::vector<const Series*> parts;

  // The sum of `value(part)`, a number.
  template <typename Value>
  double sum(Value value) const {
    double total = 0;
    for (const Series* part : parts)
      total += as_double(value(*part));
    return total;
  }

  Labels with(std::string name, std::string_view value) const {
    Labels all = labels;
    all.emplace_back(std::move(name), value);
    return all;
  }
};

// Every label set that a worker has a series for, the shared one last.
template <typename Series, std::size_t kMax>
std::vector<Row<Series>> rows_of(const WorkerList& workers,
                                 SeriesTable<Series, kMax> WorkerMetrics::*table,
                                 const LabelSets& sets) {
  auto values = sets.values();
  const std::size_t own = values.size();
  values.emplace_back(sets.names().size(), std::string(kOther));
  std::vector<Row<Series>> rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Row<Series> row;
    for (const auto& worker : workers) {
      const Series* part = ((*worker).*table).get(i < own ? i : sets.max());
      if (part != nullptr) row.parts.push_back(part);
    }
    if (row.parts.empty()) continue;
    for (std::size_t label = 0; label < sets.names().size(); ++label) {
      row.labels.emplace_back(sets.names()[label], std::move(values[i][label]));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

template <const auto& kBounds>
void add_durations(Exposition& page,
                   const std::vector<Row<CallSeries>>& rows,
                   Histogram<kBounds> CallSeries::*histogram) {
  for (const auto& row : rows) {
    Exposition::Buckets sum;
    for (const CallSeries* part : row.parts)
      sum.add(buckets_of(part->*histogram));
    page.add(row.labels, sum);
  }
}

}  // namespace

void add_request_families(Exposition& page, const WorkerList& workers, const LabelSets& labels) {
  page.family(Type::kCounter, "patchbay_http_requests_total", "Requests answered.");
  for (const auto& row : rows_of(workers, &WorkerMetrics::requests, labels)) {
    page.add(row.labels, row.sum([](const Counter& count) { return count.value(); }));
  }
  page.family(Type::kCounter, "patchbay_errors_total", "Requests that went wrong, by why.");
  for (std::size_t i = 0; i < kErrorClasses; ++i) {
    double sum = 0;
    for (const auto& worker : workers)
      sum += as_double(worker->clients.errors[i].value());
    page.add({{"class", std::string(kErrorClassNames[i])}}, sum);
  }
}

void add_call_families(Exposition& page, const WorkerList& workers, const LabelSets& labels) {
  const auto rows = rows_of(workers, &WorkerMetrics::calls, labels);

  page.family(Type::kGauge, "patchbay_calls_active", "Calls under way.");
  for (const auto& row : rows)
    page.add(row.labels, row.sum([](const CallSeries& calls) { return calls.active.value(); }));

  page.family(Type::kCounter, "patchbay_calls_total", "Calls that have ended, by how.");
  for (const auto& row : rows) {
    page.add(row.with("outcome", "ok"),
             row.sum([](const CallSeries& calls) { return calls.good.value(); }));
    for (std::size_t i = 0; i < kErrorClasses; ++i) {
      const double sum = row.sum([i](const CallSeries& calls) { return calls.errors[i].value(); });
      if (sum > 0) page.add(row.with("outcome", kErrorClassNames[i]), sum);
    }
  }

  page.family(Type::kHistogram,
              "patchbay_call_first_byte_seconds",
              "From the request until the answer to the client began.");
  add_durations(page, rows, &CallSeries::first_byte);
  page.family(Type::kHistogram,
              "patchbay_call_duration_seconds",
              "From the request until the answer was complete, or given up.");
  add_durations(page, rows, &CallSeries::duration);

  page.family(Type::kCounter, "patchbay_tokens_total", "Tokens, as the providers count them.");
  for (const auto& row : rows) {
    page.add(row.with("type", "prompt"),
             row.sum([](const CallSeries& calls) { return calls.tokens_in.value(); }));
    page.add(row.with("type", "cached"),
             row.sum([](const CallSeries& calls) { return calls.tokens_cached.value(); }));
    page.add(row.with("type", "completion"),
             row.sum([](const CallSeries& calls) { return calls.tokens_out.value(); }));
  }
}

void add_provider_families(Exposition& page, const WorkerList& workers, const LabelSets& labels) {
  const auto rows = rows_of(workers, &WorkerMetrics::providers, labels);
  const auto add = [&](const char* name, const char* help, Counter ProviderSeries::*counter) {
    page.family(Type::kCounter, name, help);
    for (const auto& row : rows) {
      page.add(row.labels, row.sum([counter](const ProviderSeries& series) {
        return (series.*counter).value();
      }));
    }
  };
  add("patchbay_upstream_requests_total", "Requests to the upstream.", &ProviderSeries::requests);
  add("patchbay_upstream_sent_bytes_total",
      "Bytes sent to the upstream, above TLS.",
      &ProviderSeries::bytes_sent);
  add("patchbay_upstream_received_bytes_total",
      "Bytes received from the upstream, above TLS.",
      &ProviderSeries::bytes_received);
  page.family(Type::kCounter,
              "patchbay_upstream_errors_total",
              "What went wrong between Patchbay and the upstream.");
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < kUpstreamErrorNames.size(); ++i) {
      page.add(row.with("kind", kUpstreamErrorNames[i]),
               row.sum([i](const ProviderSeries& series) { return series.errors[i].value(); }));
    }
  }
}

}  // namespace patchbay::telemetry
