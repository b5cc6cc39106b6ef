// The thread on which plugin objects are taken down, and overdue ones are looked after.
//
// The last one to let go of a provider may be a worker, which must not block, or a thread of the
// plugin itself, for which its deinit() would wait. So the end of it happens here.
//
// A plugin's function may block, for Patience::control at most. One that takes longer is left to
// itself, with the thread that it runs on, and the rest goes on without it.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/base/clock.hpp"

namespace patchbay::plugin_host {

// How long plugins may take over what they must do.
struct Patience {
  std::chrono::milliseconds control = std::chrono::seconds(10);  // a [control] function
  std::chrono::milliseconds complete = std::chrono::seconds(5);  // complete() after cancel()
};

// Thread-safe.
class ControlThread {
 public:
  explicit ControlThread(Patience patience = {});
  ~ControlThread() { stop(std::chrono::seconds(0)); }
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;

  [[nodiscard]] const Patience& patience() const { return patience_; }

  // Announces one run() to come.
  void expect();

  // An announced run() will never come.
  void forget();

  // Runs `work`, one after another, on a thread that nothing else runs on. If it takes longer than
  // Patience::control, `on_stuck` is called, once. Once the thread has been stopped, work is not
  // run at all but kept for good: there is no thread left on which that would be safe.
  //
  // REQUIRES: expect() announced it.
  void run(std::function<void()> work, std::function<void()> on_stuck = {});

  // Runs `work` like that after a while, or not at all if the thread is stopped before.
  void run_after(Clock::duration delay, std::function<void()> work);

  // Waits until everything given to run() so far is done, or left to itself.
  void settle();

  // Waits that long for everything that was announced, finishes what has come and ends the thread.
  // Idempotent.
  void stop(std::chrono::milliseconds patience);

 private:
  struct Task {
    std::function<void()> work;
    std::function<void()> on_stuck;
    bool expected = false;  // counted in expected_
  };

  void loop();
  bool next(Task& task, std::unique_lock<std::mutex>& lock);
  void perform(Task task);

  const Patience patience_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::multimap<Time, std::function<void()>> later_;
  std::size_t expected_ = 0;  // announced, and not done yet
  bool busy_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace patchbay::plugin_host
