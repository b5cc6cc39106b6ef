#include "core/reactor/timer_heap.hpp"

#include <utility>

namespace patchbay::reactor {

// While a timer is set aside in due_, its position counts on from here.
constexpr std::size_t kDueBase = ~std::size_t{0} / 2;

void TimerHeap::put(Timer& timer, Time due) {
  if (timer.armed()) remove(timer);
  timer.due_ = due;
  heap_.push_back(&timer);
  sift_up(heap_.size() - 1, timer);
}

void TimerHeap::remove(Timer& timer) {
  const std::size_t position = timer.position_;
  timer.position_ = Timer::kNotArmed;
  if (position >= kDueBase) {
    due_[position - kDueBase] = nullptr;
    return;
  }
  Timer* last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  // The last one fills the gap; it may belong above or below it.
  if (position > 0 && last->due_ < heap_[(position - 1) / 2]->due_) {
    sift_up(position, *last);
  } else {
    sift_down(position, *last);
  }
}

void TimerHeap::collect_due(Time now) {
  due_.clear();
  taken_ = 0;
  while (!heap_.empty() && heap_.front()->due_ <= now) {
    Timer& timer = *heap_.front();
    remove(timer);
    timer.position_ = kDueBase + due_.size();
    due_.push_back(&timer);
  }
}

Timer* TimerHeap::take_due() {
  while (taken_ < due_.size()) {
    Timer* timer = std::exchange(due_[taken_++], nullptr);
    if (timer == nullptr) continue;
    timer->position_ = Timer::kNotArmed;
    return timer;
  }
  return nullptr;
}

void TimerHeap::place(std::size_t position, Timer& timer) {
  heap_[position] = &timer;
  timer.position_ = position;
}

void TimerHeap::sift_up(std::size_t position, Timer& timer) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (heap_[parent]->due_ <= timer.due_) break;
    place(position, *heap_[parent]);
    position = parent;
  }
  place(position, timer);
}

void TimerHeap::sift_down(std::size_t position, Timer& timer) {
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_) ++child;
    if (timer.due_ <= heap_[child]->due_) break;
    place(position, *heap_[child]);
    position = child;
  }
  place(position, timer);
}

}  // namespace patchbay::reactor
