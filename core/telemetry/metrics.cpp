#include "core/telemetry/metrics.hpp"

#include <utility>

#include "core/telemetry/families.hpp"
#include "core/telemetry/process_stats.hpp"

namespace patchbay::telemetry {

Metrics::Metrics(Options options)
    : version_(std::move(options.version)),
      request_labels_({"route", "method", "code"}, kRequestSeriesMax),
      call_labels_({"provider", "model", "mode", "stream"}, kCallSeriesMax),
      provider_labels_({"provider"}, kProviderSeriesMax) {
  for (unsigned i = 0; i < options.workers; ++i) {
    workers_.push_back(
        std::make_unique<WorkerMetrics>(*this, request_labels_, call_labels_, provider_labels_));
  }
}

void Metrics::add_source(Source source) {
  const std::lock_guard lock(sources_mutex_);
  sources_.push_back(std::move(source));
}

std::string Metrics::page() const {
  Exposition page;
  page.family(Exposition::Type::kGauge, "patchbay_build_info", "What runs; always 1.");
  page.add({{"version", version_}}, 1);
  add_request_families(page, workers_, request_labels_);
  add_call_families(page, workers_, call_labels_);
  add_provider_families(page, workers_, provider_labels_);
  add_worker_families(page, workers_);
  {
    const std::lock_guard lock(sources_mutex_);
    for (const Source& source : sources_)
      source(page);
  }
  add_process_stats(page);
  return page.text();
}

void Metrics::scrape(std::function<void(const PagePtr&)> done) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  waiting_.push_back(std::move(done));
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
}

void Metrics::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Metrics::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const auto served = std::exchange(waiting_, {});
    lock.unlock();
    const auto made = std::make_shared<const std::string>(page());
    for (const auto& done : served)
      done(made);
    lock.lock();
  }
}

}  // namespace patchbay::telemetry
