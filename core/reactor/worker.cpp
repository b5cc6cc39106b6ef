#include "core/reactor/worker.hpp"

namespace patchbay::reactor {

Status Watch::start(int fd, Interest interest) {
  return worker_.watch(*this, fd, interest);
}

void Watch::set(Interest interest) {
  if (!started() || interest == interest_) return;
  worker_.rewatch(*this, interest);
}

void Watch::stop() {
  if (started()) worker_.unwatch(*this);
}

void Timer::arm(Clock::duration after) {
  arm_at(Clock::now() + after);
}

void Timer::arm_at(Time when) {
  worker_.arm(*this, when);
}

void Timer::cancel() {
  if (armed()) worker_.disarm(*this);
}

void Deferred::schedule() {
  if (!scheduled_) worker_.defer(*this);
}

void Deferred::cancel() {
  if (scheduled_) worker_.undefer(*this);
}

}  // namespace patchbay::reactor
