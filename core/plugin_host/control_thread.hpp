// The thread on which plugin objects are taken down.
//
// The last one to let go of a provider may be a worker, which must not block, or a thread of the
// plugin itself, for which its deinit() would wait. So the end of it happens here.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace patchbay::plugin_host {

// Thread-safe.
class ControlThread {
 public:
  ControlThread();
  ~ControlThread() { stop(std::chrono::seconds(0)); }
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;

  // Announces one run() to come.
  void expect();

  // Runs `work` on the thread. Once the thread has been stopped, it is not run at all but kept for
  // good: there is no thread left on which that would be safe.
  //
  // REQUIRES: expect() announced it.
  void run(std::function<void()> work);

  // Waits until everything given to run() so far is done.
  void settle();

  // Waits that long for everything that was announced, finishes what has come and ends the thread.
  // Idempotent.
  void stop(std::chrono::milliseconds patience);

 private:
  void loop();

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  std::size_t expected_ = 0;  // announced, and not done yet
  bool busy_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace patchbay::plugin_host
