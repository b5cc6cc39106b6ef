// The armed timers of a worker, the earliest first.
//
// A binary heap of pointers in which every timer knows its own place, so that arming, moving and
// cancelling need no allocation and at most log2(n) steps.

#pragma once

#include <cstddef>
#include <vector>

#include "core/reactor/worker.hpp"

namespace patchbay::reactor {

class TimerHeap {
 public:
  // Arms the timer, or moves it if it is armed.
  void put(Timer& timer, Time due);

  // REQUIRES: timer.armed().
  void remove(Timer& timer);

  // REQUIRES: !empty().
  [[nodiscard]] Time earliest() const { return heap_.front()->due_; }
  [[nodiscard]] bool empty() const { return heap_.empty(); }

  // Sets aside every timer that is due at `now`, earliest first, for take_due(). Timers armed
  // from then on wait for the next call even if they are due, so that one that re-arms itself
  // cannot hold the loop. REQUIRES: take_due() has returned null since the last call.
  void collect_due(Time now);

  // The next timer set aside that was not cancelled meanwhile, disarmed; null when none is left.
  Timer* take_due();

  static const char* what(const Timer& timer) { return timer.what_; }
  static void fire(Timer& timer) { timer.on_due_(); }

 private:
  void place(std::size_t position, Timer& timer);
  void sift_up(std::size_t position, Timer& timer);
  void sift_down(std::size_t position, Timer& timer);

  std::vector<Timer*> heap_;
  std::vector<Timer*> due_;  // set aside; null once taken or cancelled
  std::size_t taken_ = 0;
};

}  // namespace patchbay::reactor
