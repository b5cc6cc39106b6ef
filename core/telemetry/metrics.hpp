// The process's metrics: every worker's, added up, as the page that `GET /metrics` answers with.
//
//   Metrics metrics({.workers = 2, .version = "1.2.3"});
//   metrics.worker(0).clients.accepted.add();        // on worker 0
//   metrics.scrape([](auto page) { ... *page ... });  // from anywhere
//
// Counting never waits for anybody: each worker writes cells of its own. Making the page, which
// may take milliseconds, happens on a thread of its own, started by the first scrape.

#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/telemetry/exposition.hpp"
#include "core/telemetry/label_sets.hpp"
#include "core/telemetry/worker_metrics.hpp"

namespace patchbay::telemetry {

class Metrics {
 public:
  struct Options {
    unsigned workers = 1;
    std::string version = {};
  };

  using PagePtr = std::shared_ptr<const std::string>;

  // Adds families to a page; called on the scrape thread, or by page().
  using Source = std::function<void(Exposition&)>;

  explicit Metrics(Options options);
  ~Metrics() { stop(); }
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // REQUIRES: index < workers().
  WorkerMetrics& worker(unsigned index) { return *workers_[index]; }
  [[nodiscard]] unsigned workers() const { return static_cast<unsigned>(workers_.size()); }

  // What else is known to the process, beside what workers count. Thread-safe. What `source` uses
  // must outlive stop().
  void add_source(Source source);

  // Has a page made and gives it to `done`, on the scrape thread: that should only hand it on.
  // Those who ask while one is being made share the next. Thread-safe. After stop(), `done` is
  // dropped.
  void scrape(std::function<void(const PagePtr&)> done);

  // Makes a page here and now. Thread-safe.
  [[nodiscard]] std::string page() const;

  // Ends the scrape thread after the page it is making, if any. Idempotent. For before what `done`
  // and sources use is taken down.
  void stop();

 private:
  void run();

  const std::string version_;
  LabelSets request_labels_;
  LabelSets call_labels_;
  LabelSets provider_labels_;
  std::vector<std::unique_ptr<WorkerMetrics>> workers_;

  mutable std::mutex sources_mutex_;
  std::vector<Source> sources_;  // guarded by sources_mutex_

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::function<void(const PagePtr&)>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace patchbay::telemetry
