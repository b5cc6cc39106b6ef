#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/reactor/reactor.hpp"

namespace patchbay::reactor {
namespace {

// Keeps what the reactor tells of stalls, and lets others wait for it.
class StallList {
 public:
  void add(const Stall& stall) {
    const std::lock_guard lock(mutex_);
    all_.push_back(stall);
    changed_.notify_all();
  }

  // The first of that name that is (or is not) over, once it is there.
  Stall wait_for(std::string_view what, bool over) {
    std::unique_lock lock(mutex_);
    for (;;) {
      for (const Stall& stall : all_) {
        if (stall.what == what && stall.over == over) return stall;
      }
      changed_.wait(lock);
    }
  }

  std::vector<Stall> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Stall> all_;
};

class StallTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started =
        Reactor::start({.workers = 2, .metrics = &metrics_, .on_stall = [this](const Stall& stall) {
                          stalls_.add(stall);
                        }});
    ASSERT_TRUE(started);
    reactor_ = std::move(*started);
  }

  // Has `work` run at the end of a turn of the first worker, under the name "a slow thing", and
  // waits until the worker has come round again.
  void run_slow_thing(std::function<void()> work) {
    Worker& worker = reactor_->worker(0);
    std::unique_ptr<Deferred> slow;
    std::promise<void> done;
    worker.post([&] {
      slow = std::make_unique<Deferred>(worker, std::move(work), "a slow thing");
      slow->schedule();
      worker.post([&] {
        slow.reset();
        done.set_value();
      });
    });
    done.get_future().wait();
  }

  telemetry::Metrics metrics_{{.workers = 2}};
  StallList stalls_;
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(StallTest, NamesWhatRunsWhileItRunsAndWhenItIsOver) {
  run_slow_thing([&] { stalls_.wait_for("a slow thing", false); });

  const Stall running = stalls_.wait_for("a slow thing", false);
  EXPECT_EQ(running.worker, 0U);
  const Stall over = stalls_.wait_for("a slow thing", true);
  EXPECT_EQ(over.worker, 0U);
  EXPECT_GE(over.took, running.took);
  EXPECT_GE(metrics_.worker(0).loop.stalls.value(), 1U);
}

TEST_F(StallTest, NamesTheFunctionOfAPluginThatRuns) {
  run_slow_thing([&] {
    const telemetry::ActivityScope scope("acme.models", "on_frames");
    stalls_.wait_for("plugin acme.models.on_frames", false);
  });
  stalls_.wait_for("plugin acme.models.on_frames", true);
}

TEST_F(StallTest, TellsEachOnce) {
  run_slow_thing([&] {
    stalls_.wait_for("a slow thing", false);
    // As long again, so that there would be occasion for another.
    const auto told_after = metrics_.worker(0).loop.running_ns.load();
    while (metrics_.worker(0).loop.running_ns.load() < 3 * told_after)
      std::this_thread::yield();
  });
  stalls_.wait_for("a slow thing", true);
  int slow = 0;
  for (const Stall& stall : stalls_.all())
    slow += stall.what == "a slow thing" && !stall.over ? 1 : 0;
  EXPECT_EQ(slow, 1);
}

// The other worker waits for work all the while, which is no stall.
TEST_F(StallTest, LeavesAWaitingWorkerAlone) {
  while (metrics_.worker(1).loop.activity.look().what != nullptr)
    std::this_thread::yield();
  run_slow_thing([&] { stalls_.wait_for("a slow thing", false); });
  for (const Stall& stall : stalls_.all())
    EXPECT_TRUE(stall.worker == 0 || stall.over) << stall.what;
  EXPECT_EQ(metrics_.worker(1).loop.running_ns.load(), 0);
}

TEST_F(StallTest, EachTurnIsCountedWithItsLength) {
  const auto turns = [&] {
    std::uint64_t count = 0;
    const auto& histogram = metrics_.worker(0).loop.turns;
    for (std::size_t i = 0; i < std::decay_t<decltype(histogram)>::kBuckets; ++i)
      count += histogram.count_in(i);
    return count;
  };
  run_slow_thing([] {});
  const std::uint64_t before = turns();
  run_slow_thing([] {});
  EXPECT_GT(turns(), before);
  EXPECT_GT(metrics_.worker(0).loop.turns.sum_ns(), 0U);
}

TEST_F(StallTest, CountsTheMailThatWaits) {
  Worker& worker = reactor_->worker(0);
  std::promise<void> go;
  std::promise<void> blocked;
  worker.post([&] {
    blocked.set_value();
    go.get_future().wait();
  });
  blocked.get_future().wait();
  worker.post([] {});
  worker.post([] {});
  EXPECT_EQ(worker.metrics().loop.mail_waiting.value(), 2);
  go.set_value();
  run_slow_thing([] {});
  EXPECT_EQ(worker.metrics().loop.mail_waiting.value(), 0);
}

}  // namespace
}  // namespace patchbay::reactor
