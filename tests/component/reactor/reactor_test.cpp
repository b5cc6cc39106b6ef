#include "core/reactor/reactor.hpp"

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::reactor {
namespace {

using namespace std::chrono_literals;

class ReactorTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Reactor::start(
        {.workers = 2, .on_fault = [this](const char* what) { fault_.set_value(what); }});
    ASSERT_TRUE(started);
    reactor_ = std::move(*started);
  }

  // Runs `work` on the first worker and waits until it has.
  template <typename Work>
  void on_worker(Work work) {
    std::promise<void> done;
    reactor_->worker(0).post([&] {
      work(reactor_->worker(0));
      done.set_value();
    });
    done.get_future().wait();
  }

  std::promise<std::string> fault_;
  std::unique_ptr<Reactor> reactor_;
};

struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
  ~Pair() {
    for (const int fd : ends)
      ::close(fd);
  }
  std::array<int, 2> ends{-1, -1};
};

TEST_F(ReactorTest, RefusesAnAbsurdNumberOfWorkers) {
  EXPECT_FALSE(Reactor::start({.workers = 0, .on_fault = {}}));
  EXPECT_FALSE(Reactor::start({.workers = 257, .on_fault = {}}));
}

TEST_F(ReactorTest, RunsPostedWorkOnItsThreadInOrder) {
  std::vector<int> order;
  std::promise<bool> own_thread;
  for (int i = 0; i < 100; ++i) {
    reactor_->worker(1).post([&order, i] { order.push_back(i); });
  }
  reactor_->worker(1).post([&] { own_thread.set_value(reactor_->worker(1).on_this_thread()); });
  EXPECT_TRUE(own_thread.get_future().get());
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_FALSE(reactor_->worker(1).on_this_thread());
}

TEST_F(ReactorTest, LosesNoPostFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 20'000;
  std::atomic<int> ran{0};
  std::promise<void> all;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kPosts; ++i) {
        reactor_->worker(0).post([&] {
          if (++ran == kThreads * kPosts) all.set_value();
        });
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(all.get_future().wait_for(60s), std::future_status::ready) << ran << " ran";
}

TEST_F(ReactorTest, TellsWhatIsReadableAndWritable) {
  Pair pair;
  std::promise<Ready> readable;
  std::unique_ptr<Watch> watch;
  on_worker([&](Worker& worker) {
    watch = std::make_unique<Watch>(worker, [&](Ready ready) {
      watch->stop();
      readable.set_value(ready);
    });
    EXPECT_TRUE(watch->start(pair.ends[0], Interest::kRead));
  });
  ASSERT_EQ(::write(pair.ends[1], "x", 1), 1);
  const Ready ready = readable.get_future().get();
  EXPECT_TRUE(ready.readable);
  EXPECT_FALSE(ready.writable);
  on_worker([&](Worker&) { watch.reset(); });
}

TEST_F(ReactorTest, ReportsAHangUpThoughNothingIsAskedFor) {
  Pair pair;
  std::promise<Ready> told;
  std::unique_ptr<Watch> watch;
  on_worker([&](Worker& worker) {
    watch = std::make_unique<Watch>(worker, [&](Ready ready) {
      watch->stop();
      told.set_value(ready);
    });
    EXPECT_TRUE(watch->start(pair.ends[0], Interest::kNone));
  });
  ::shutdown(pair.ends[1], SHUT_RDWR);
  EXPECT_TRUE(told.get_future().get().hangup);
  on_worker([&](Worker&) { watch.reset(); });
}

// Both sockets are readable in one turn, and the first to be served closes both.
TEST_F(ReactorTest, DropsEventsOfThisTurnForAWatchThatStopped) {
  Pair one;
  Pair two;
  std::array<std::unique_ptr<Watch>, 2> watches;
  std::atomic<int> served{0};
  ASSERT_EQ(::write(one.ends[1], "x", 1), 1);
  ASSERT_EQ(::write(two.ends[1], "x", 1), 1);
  on_worker([&](Worker& worker) {
    for (std::size_t i = 0; i < 2; ++i) {
      watches[i] = std::make_unique<Watch>(worker, [&](Ready) {
        ++served;
        watches[0]->stop();
        watches[1]->stop();
      });
    }
    EXPECT_TRUE(watches[0]->start(one.ends[0], Interest::kRead));
    EXPECT_TRUE(watches[1]->start(two.ends[0], Interest::kRead));
  });
  on_worker([](Worker&) {});  // the turn with the events is over, or this was part of it
  on_worker([&](Worker&) { watches = {}; });
  EXPECT_EQ(served, 1);
}

TEST_F(ReactorTest, FiresATimerNotBeforeItsTime) {
  std::promise<Time> fired;
  std::unique_ptr<Timer> timer;
  const Time begun = Clock::now();
  on_worker([&](Worker& worker) {
    timer = std::make_unique<Timer>(worker, [&] { fired.set_value(Clock::now()); });
    timer->arm(20ms);
  });
  EXPECT_GE(fired.get_future().get() - begun, 20ms);
  on_worker([&](Worker&) { timer.reset(); });
}

TEST_F(ReactorTest, FiresAnEarlierTimerThatWasArmedLater) {
  std::mutex mutex;
  std::string order;
  std::promise<void> both;
  std::unique_ptr<Timer> late;
  std::unique_ptr<Timer> early;
  on_worker([&](Worker& worker) {
    late = std::make_unique<Timer>(worker, [&] {
      order += "late";
      both.set_value();
    });
    late->arm(40ms);
  });
  on_worker([&](Worker& worker) {
    early = std::make_unique<Timer>(worker, [&] { order += "early "; });
    early->arm(5ms);
  });
  both.get_future().wait();
  EXPECT_EQ(order, "early late");
  on_worker([&](Worker&) {
    late.reset();
    early.reset();
  });
}

TEST_F(ReactorTest, RunsDeferredWorkOnceATurn) {
  int runs = 0;
  std::unique_ptr<Deferred> deferred;
  on_worker([&](Worker& worker) {
    deferred = std::make_unique<Deferred>(worker, [&] { ++runs; });
    deferred->schedule();
    deferred->schedule();
    EXPECT_EQ(runs, 0);
  });
  on_worker([&](Worker&) { deferred.reset(); });
  EXPECT_EQ(runs, 1);
}

TEST_F(ReactorTest, ForgetsDeferredWorkThatWasCancelled) {
  int runs = 0;
  on_worker([&](Worker& worker) {
    Deferred deferred(worker, [&] { ++runs; });
    deferred.schedule();
  });
  on_worker([](Worker&) {});
  EXPECT_EQ(runs, 0);
}

TEST_F(ReactorTest, SurvivesACallbackThatThrows) {
  reactor_->worker(0).post([] { throw std::runtime_error("oh no"); });
  EXPECT_EQ(fault_.get_future().get(), "oh no");
  int after = 0;
  on_worker([&](Worker&) { after = 1; });
  EXPECT_EQ(after, 1);
}

TEST_F(ReactorTest, DropsWorkPostedAfterItStopped) {
  reactor_->stop();
  const auto token = std::make_shared<int>(0);
  std::weak_ptr<int> gone = token;
  reactor_->worker(0).post([token] { *token = 1; });
  EXPECT_EQ(*token, 0);
}

}  // namespace
}  // namespace patchbay::reactor
