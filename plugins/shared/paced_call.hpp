// A call that answers by itself, step by step: each when the delay before it is over and the client
// has room for it. Everything happens in [call] functions, on the worker that owns the call.

#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "patchbay/plugin.hpp"
#include "plugins/shared/timer_thread.hpp"

namespace patchbay::plugins {

template <typename Provider>
class PacedCall : public sdk::ActiveCall {
 public:
  using sdk::ActiveCall::ActiveCall;
  virtual ~PacedCall() = default;

  void cancel() {
    if (std::exchange(over_, true)) return;
    complete({.category = PBAY_ERR_CANCELLED, .message = "cancelled"}, PBAY_E_CANCELLED);
  }

  void writable() {
    if (!waiting_) advance();
  }

 protected:
  // kOver: complete() was called, and the object may be gone.
  enum class Progress { kMoved, kWaiting, kOver };

  // Does what is next, if there is room and no delay before it.
  virtual Progress step() = 0;

  void advance() {
    if (over_) return;
    while (step() == Progress::kMoved) {
    }
  }

  // Has the next step taken after a delay, instead of when the client has room.
  void wait(TimerThread& timer, std::int64_t delay_ms) {
    waiting_ = true;
    timer.schedule({std::chrono::steady_clock::now() + std::chrono::milliseconds(delay_ms),
                    host().raw(),
                    async(),
                    id(),
                    &on_timer});
  }

  // What an event that was not taken means.
  Progress not_taken(pbay_status status) {
    if (status == PBAY_E_WOULD_BLOCK) return Progress::kWaiting;
    cancel();
    return Progress::kOver;
  }

  // The end, in order.
  Progress over() {
    over_ = true;
    complete();
    return Progress::kOver;
  }
  Progress over(const sdk::Failure& failure, pbay_status status = PBAY_E_FAIL) {
    over_ = true;
    complete(failure, status);
    return Progress::kOver;
  }

  bool waited_ = false;  // for the step that is next; whoever takes it sets it back

 private:
  static void on_timer(pbay_call* raw, void*) {
    PacedCall& call = sdk::Binding<Provider>::call_of(raw);
    const sdk::Host host = call.host();
    sdk::guarded(host, call.id(), [&call] {
      call.waiting_ = false;
      call.waited_ = true;
      call.advance();
      return PBAY_OK;
    });
  }

  bool waiting_ = false;  // for the timer; writable() must not run ahead of it
  bool over_ = false;     // complete() was called
};

}  // namespace patchbay::plugins
