#include "core/reactor/reactor.hpp"

#include <atomic>
#include <cstdio>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <pistache/reactor.h>

#include "core/reactor/event_loop.hpp"

namespace patchbay::reactor {
namespace {

constexpr unsigned kWorkersMax = 256;

class PistacheReactor final : public Reactor {
 public:
  PistacheReactor(std::shared_ptr<Pistache::Aio::Reactor> reactor,
                  std::shared_ptr<EventLoop::Shared> shared)
      : reactor_(std::move(reactor)), shared_(std::move(shared)) {}

  ~PistacheReactor() override {
    stop();
    shared_->loops.clear();  // each loop holds what holds it
  }

  [[nodiscard]] unsigned size() const override {
    return static_cast<unsigned>(shared_->loops.size());
  }

  Worker& worker(unsigned index) override { return *shared_->loops.at(index); }

  void stop() override {
    if (reactor_ == nullptr) return;
    reactor_->shutdown();
    reactor_.reset();  // joins the threads
    shared_->stalls.reset();
    for (const auto& loop : shared_->loops)
      loop->discard_mail();
  }

 private:
  std::shared_ptr<Pistache::Aio::Reactor> reactor_;
  const std::shared_ptr<EventLoop::Shared> shared_;  // the loops, outliving their threads
};

}  // namespace

Result<std::unique_ptr<Reactor>> Reactor::start(Options options) {
  if (options.workers == 0 || options.workers > kWorkersMax) {
    return make_error(ErrorCode::kInvalid,
                      "the number of workers must be 1 to " + std::to_string(kWorkersMax));
  }
  auto shared = std::make_shared<EventLoop::Shared>();
  shared->on_fault = std::move(options.on_fault);
  shared->metrics = options.metrics;
  if (shared->metrics == nullptr) {
    shared->own_metrics = std::make_unique<telemetry::Metrics>(
        telemetry::Metrics::Options{.workers = options.workers});
    shared->metrics = shared->own_metrics.get();
  }
  try {
    shared->stalls = std::make_unique<StallWatch>(
        *shared->metrics, options.workers, std::move(options.on_stall));
    auto reactor = Pistache::Aio::Reactor::create();
    reactor->init(Pistache::Aio::AsyncContext(options.workers, "patchbay"));
    reactor->addHandler(std::make_shared<EventLoop>(shared));
    reactor->run();
    std::unique_ptr<Reactor> started =
        std::make_unique<PistacheReactor>(std::move(reactor), shared);
    std::vector<std::promise<void>> turned(options.workers);
    for (unsigned i = 0; i < options.workers; ++i) {
      started->worker(i).post([&turned, i] { turned[i].set_value(); });
    }
    for (auto& promise : turned)
      promise.get_future().wait();
    return started;
  } catch (const std::exception& e) {
    shared->stalls.reset();
    return make_error(ErrorCode::kUnavailable, "cannot start the event loops", e.what());
  }
}

}  // namespace patchbay::reactor
