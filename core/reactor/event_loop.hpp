// A Worker on Pistache's reactor: one Aio::Handler per loop thread, reached by nothing else.
//
// Pistache gives the thread, the epoll descriptor and the wake-ups. Descriptors are registered
// with tags of ours, {generation, slot}, so that an event of this turn for a descriptor that was
// closed (and perhaps reused) a moment ago finds nobody instead of somebody else.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <pistache/reactor.h>

#include "core/reactor/stall_watch.hpp"
#include "core/reactor/timer_heap.hpp"
#include "core/reactor/worker.hpp"
#include "core/telemetry/metrics.hpp"

namespace patchbay::reactor {

// Says what a callback threw; it is a fault of ours, and the loop goes on.
using FaultSink = std::function<void(const char* what)>;

class EventLoop : public Pistache::Aio::Handler, public Worker {
 public:
  // What the clones of one reactor share: Pistache makes a worker by cloning a prototype.
  struct Shared {
    std::vector<std::shared_ptr<EventLoop>> loops;
    FaultSink on_fault;
    std::unique_ptr<telemetry::Metrics> own_metrics;  // where nobody gave some
    telemetry::Metrics* metrics = nullptr;
    std::unique_ptr<StallWatch> stalls;  // lives as long as the threads
  };

  explicit EventLoop(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~EventLoop() override;

  // Pistache::Aio::Handler
  [[nodiscard]] std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& ready) override;

  // Worker
  using Worker::post;
  void post(std::function<void()> work, const char* what) override;
  [[nodiscard]] Time now() const override { return now_; }
  telemetry::WorkerMetrics& metrics() override { return *metrics_; }
  [[nodiscard]] unsigned index() const override { return index_; }
  [[nodiscard]] bool on_this_thread() const override {
    return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  // Drops what was posted and not run. REQUIRES: the thread has ended.
  void discard_mail();

 protected:
  Status watch(Watch& watch, int fd, Interest interest) override;
  void rewatch(Watch& watch, Interest interest) override;
  void unwatch(Watch& watch) override;
  void arm(Timer& timer, Time when) override;
  void disarm(Timer& timer) override;
  void defer(Deferred& deferred) override;
  void undefer(Deferred& deferred) override;

 private:
  struct Slot {
    Watch* watch = nullptr;
    std::uint32_t generation = 1;
  };

  struct Mail {
    std::function<void()> work;
    const char* what = nullptr;
  };

  void dispatch(std::uint64_t tag, Ready ready);
  void run_mail();
  void run_timers();
  void run_deferred();
  void end_turn(std::uint64_t first_beat);
  void wake();
  void set_alarm();
  template <typename Work>
  void guarded(const char* what, Work&& work);

  const std::shared_ptr<Shared> shared_;
  unsigned index_ = 0;
  telemetry::WorkerMetrics* metrics_ = nullptr;
  telemetry::Activity* activity_ = nullptr;     // of metrics_
  Pistache::Polling::Epoll* poller_ = nullptr;  // lives as long as the thread
  std::atomic<std::thread::id> thread_{};
  Time now_ = Clock::now();

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;

  TimerHeap timers_;
  int timer_fd_ = -1;
  bool alarm_set_ = false;
  Time alarm_{};  // when timer_fd_ fires, if alarm_set_

  std::vector<Deferred*> deferred_;
  std::vector<Deferred*> running_;

  int mail_fd_ = -1;
  std::mutex mail_mutex_;
  std::vector<Mail> mail_;  // guarded by mail_mutex_
  Time mail_since_{};       // when the first of mail_ came; guarded by mail_mutex_
  std::vector<Mail> reading_;
};

}  // namespace patchbay::reactor
