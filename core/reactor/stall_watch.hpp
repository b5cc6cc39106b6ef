// Notices a worker that does not come round, and says what held it.
//
// The loop reads no clock for each thing it runs. Instead a thread of this watch looks at every
// worker twice in the time that counts as a stall: what it finds running twice has run all the
// while. A stall is told once while it lasts, which matters most when it never ends, and once when
// the turn of the loop is over. One that ends before the second look, and one that is the sum of
// many short things, is told at its end alone.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.hpp"
#include "core/telemetry/metrics.hpp"

namespace patchbay::reactor {

struct Stall {
  unsigned worker = 0;
  // What ran: the name of a watch, a timer or the like, or "plugin ID.FUNCTION". "many things"
  // where none of them ran for long, "nothing" where the thread did not get the processor.
  std::string what;
  std::chrono::milliseconds took{};  // so far; of the whole turn when it is over
  bool over = false;
};

// Called on the watching thread, and with `over` on the worker's.
using OnStall = std::function<void(const Stall&)>;

class StallWatch {
 public:
  // Looks at the first `workers` of `metrics`, which must outlive this.
  StallWatch(telemetry::Metrics& metrics, unsigned workers, OnStall on_stall);
  ~StallWatch();
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  // A turn of the loop that takes longer is a stall.
  [[nodiscard]] static constexpr Clock::duration stall_after() {
    return std::chrono::milliseconds(50);
  }

  // A turn, whose first activity had the beat after `first_beat`, took longer than stall_after().
  // On the worker's thread, while its last activity still shows.
  void turn_was_long(unsigned worker, std::uint64_t first_beat, Clock::duration took);

 private:
  // Something that was seen running twice.
  struct Suspect {
    std::uint64_t beat = 0;
    Clock::duration age{};
    std::string what;
  };

  struct Watched {
    explicit Watched(telemetry::LoopCells& of) : cells(of) {}

    telemetry::LoopCells& cells;
    // The watching thread's.
    std::uint64_t beat = 0;
    Time since{};
    bool told = false;

    std::mutex mutex;
    std::vector<Suspect> suspects;  // guarded by mutex; one for each beat, the oldest first
  };

  void run();
  void look(unsigned worker, Time now);
  static void suspect(Watched& watched, Suspect seen);

  const OnStall on_stall_;
  std::vector<std::unique_ptr<Watched>> watched_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace patchbay::reactor
