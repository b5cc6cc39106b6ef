// The part of a StrictCall that conducts providers which do their own work.

#include <algorithm>
#include <limits>

#include "core/base/clock.hpp"
#include "core/check/strict_call.hpp"

namespace patchbay::check {

pbay_status StrictCall::start() {
  {
    // The plugin may emit, and even complete, before start() returns.
    const std::lock_guard lock(host_.mutex());
    record_.is_started = true;
  }
  const pbay_status status =
      run_function("start", {}, [&] { return provider_.active()->start(raw_); });
  if (status >= 0) return status;
  const std::lock_guard lock(host_.mutex());
  if (record_.is_completed) {
    host_.breaches().add(Rule::kAsync,
                         "start() failed, and complete() was called for the same call");
  }
  record_.is_started = false;
  return status;
}

void StrictCall::cancel() {
  {
    const std::lock_guard lock(host_.mutex());
    record_.is_cancelled = true;
    record_.is_blocked = false;  // from now on nothing waits for room
    host_.changed().notify_all();
    if (record_.is_completed) return;  // as a host would not ask any more
  }
  run_quietly("cancel", [&] { provider_.active()->cancel(raw_); });
}

void StrictCall::give_room(std::size_t events) {
  {
    const std::lock_guard lock(host_.mutex());
    record_.room = events;
    record_.is_blocked = false;
    host_.changed().notify_all();
    if (record_.is_completed) return;
  }
  const pbay_provider_active* active = provider_.active();
  if (PBAY_HAS(active, writable) && active->writable != nullptr) {
    run_quietly("writable", [&] { active->writable(raw_); });
  }
}

// False when nothing was waiting.
bool StrictCall::run_one_posted() {
  CallRecord::Posted next{};
  {
    const std::lock_guard lock(host_.mutex());
    if (record_.posted.empty() || record_.is_completed) return false;
    next = record_.posted.front();
    record_.posted.pop_front();
  }
  run_quietly("what was posted", [&] { next.function(raw_, next.argument); });
  return true;
}

bool StrictCall::run(std::chrono::milliseconds patience) {
  const Time until = Clock::now() + patience;
  for (;;) {
    while (run_one_posted()) {
    }
    std::unique_lock lock(host_.mutex());
    const auto something = [&] {
      return record_.is_completed || record_.is_blocked || !record_.posted.empty();
    };
    if (!host_.changed().wait_until(lock, until, something)) return false;
    if (record_.is_completed) return true;
    if (record_.posted.empty()) return false;
  }
}

}  // namespace patchbay::check
