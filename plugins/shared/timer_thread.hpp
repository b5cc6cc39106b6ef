// The clock of a plugin that does its own work: one thread that wakes calls when their delays are
// over.
//
// The thread starts with the first delay and ends in stop(). It never touches a call: it asks the
// host to run the call's next step where the call lives, and a call that has gone meanwhile is
// simply not run.
//
// Thread-safe.

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "patchbay/abi.h"

namespace patchbay::plugins {

class TimerThread {
 public:
  using Step = void (*)(pbay_call* call, void* arg);

  struct Wake {
    std::chrono::steady_clock::time_point due;
    const pbay_host* host;
    const pbay_host_async* async;
    pbay_call_id call;
    Step step;
  };

  // Has `wake.step` run on the call at `wake.due` or soon after.
  void schedule(const Wake& wake);

  // Forgets what is scheduled and joins the thread. schedule() works again afterwards.
  void stop() noexcept;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Wake> heap_;  // guarded by mutex_, as is all below; the earliest in front
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace patchbay::plugins
