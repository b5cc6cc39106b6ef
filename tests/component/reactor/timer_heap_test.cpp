#include "core/reactor/timer_heap.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "core/telemetry/metrics.hpp"

namespace patchbay::reactor {
namespace {

// A worker on which timers can be made, and nothing else happens.
class HeapOnlyWorker : public Worker {
 public:
  void post(std::function<void()>, const char*) override {}
  telemetry::WorkerMetrics& metrics() override { return metrics_.worker(0); }
  [[nodiscard]] Time now() const override { return {}; }
  [[nodiscard]] unsigned index() const override { return 0; }
  [[nodiscard]] bool on_this_thread() const override { return true; }

  // Fires everything due at `now`.
  void turn(Time now) {
    heap.collect_due(now);
    while (Timer* timer = heap.take_due())
      TimerHeap::fire(*timer);
  }

  TimerHeap heap;

 protected:
  Status watch(Watch&, int, Interest) override { return ok(); }
  void rewatch(Watch&, Interest) override {}
  void unwatch(Watch&) override {}
  void arm(Timer& timer, Time when) override { heap.put(timer, when); }
  void disarm(Timer& timer) override { heap.remove(timer); }
  void defer(Deferred&) override {}
  void undefer(Deferred&) override {}

 private:
  telemetry::Metrics metrics_{{.workers = 1}};
};

Time at(int ms) {
  return Time(std::chrono::milliseconds(ms));
}

TEST(TimerHeap, FiresInOrderOfTime) {
  HeapOnlyWorker worker;
  std::vector<int> fired;
  std::vector<std::unique_ptr<Timer>> timers;
  std::mt19937 random(1);
  std::vector<int> times(500);
  for (int& time : times)
    time = static_cast<int>(random() % 1000);
  for (const int time : times) {
    timers.push_back(std::make_unique<Timer>(worker, [&fired, time] { fired.push_back(time); }));
    timers.back()->arm_at(at(time));
  }
  for (std::size_t i = 0; i < timers.size(); i += 3)
    timers[i]->cancel();
  std::vector<int> expected;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (i % 3 != 0) expected.push_back(times[i]);
  }
  std::sort(expected.begin(), expected.end());
  worker.turn(at(2000));
  EXPECT_EQ(fired, expected);
  EXPECT_TRUE(worker.heap.empty());
}

TEST(TimerHeap, LeavesWhatIsNotDue) {
  HeapOnlyWorker worker;
  int fired = 0;
  Timer early(worker, [&] { ++fired; });
  Timer late(worker, [&] { fired += 100; });
  early.arm_at(at(1));
  late.arm_at(at(3));
  worker.turn(at(2));
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(early.armed());
  EXPECT_TRUE(late.armed());
  late.cancel();
}

TEST(TimerHeap, MovesAnArmedTimer) {
  HeapOnlyWorker worker;
  int fired = 0;
  Timer timer(worker, [&] { ++fired; });
  timer.arm_at(at(1));
  timer.arm_at(at(5));
  worker.turn(at(2));
  EXPECT_EQ(fired, 0);
  worker.turn(at(5));
  EXPECT_EQ(fired, 1);
}

TEST(TimerHeap, LetsATimerCancelADueOne) {
  HeapOnlyWorker worker;
  bool second_fired = false;
  Timer second(worker, [&] { second_fired = true; });
  Timer first(worker, [&] { second.cancel(); });
  first.arm_at(at(1));
  second.arm_at(at(2));
  worker.turn(at(3));
  EXPECT_FALSE(second_fired);
}

TEST(TimerHeap, LetsATimerDestroyADueOne) {
  HeapOnlyWorker worker;
  auto second = std::make_unique<Timer>(worker, [] { FAIL() << "was destroyed"; });
  Timer first(worker, [&] { second.reset(); });
  first.arm_at(at(1));
  second->arm_at(at(2));
  worker.turn(at(3));
  EXPECT_EQ(second, nullptr);
}

TEST(TimerHeap, CannotBeHeldByATimerThatRearmsItself) {
  HeapOnlyWorker worker;
  int fired = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(worker, [&] {
    ++fired;
    timer->arm_at(at(0));
  });
  timer->arm_at(at(0));
  worker.turn(at(10));
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(timer->armed());
  timer->cancel();
}

}  // namespace
}  // namespace patchbay::reactor
