#include "core/plugin_host/active_call.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/plugin_host/call_error.hpp"
#include "core/plugin_host/call_state.hpp"

namespace patchbay::plugin_host {
namespace {

// Longer waits are cut to this, so that no clock arithmetic overflows.
constexpr std::chrono::nanoseconds kMaxWait = std::chrono::hours(24);

}  // namespace

ActiveCall::ActiveCall(CallState& call, const pbay_provider_active& table)
    : call_(call), table_(table) {}

pbay_status ActiveCall::start() {
  {
    const std::lock_guard lock(mutex_);
    if (started_) return PBAY_E_INVALID;
    if (cancelled_) return PBAY_E_CANCELLED;
    started_ = true;  // the plugin may emit, and even complete, before start() returns
  }
  const pbay_status status =
      CallState::run(call_.shared_from_this(), {.name = "start"}, table_.start, call_.raw());
  if (status < 0) {
    const std::lock_guard lock(mutex_);
    completed_ = true;
    finished_ = true;
    drop_events();
  }
  return status;
}

void ActiveCall::cancel() {
  bool tell = false;
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(cancelled_, true)) return;
    cancelled_at_ = Clock::now();
    call_.mark_cancelled();
    drop_events();
    tell = started_ && !completed_;
    room_.notify_all();
    schedule(lock);
  }
  if (!tell) return;
  call_.run_quietly("cancel", table_.cancel, call_.raw());
  call_.watch_cancelled();
}

std::optional<Time> ActiveCall::cancelled_at() {
  const std::lock_guard lock(mutex_);
  if (!cancelled_ || !started_ || completed_) return std::nullopt;
  return cancelled_at_;
}

bool ActiveCall::orphan() {
  std::unique_lock lock(mutex_);
  if (!cancelled_ || !started_ || completed_) return false;
  CallError error;
  error.message = "the provider did not end the call when it was told to";
  if (!refused_) call_.set_error(std::move(error));
  orphaned_ = true;
  completed_ = true;
  status_ = PBAY_E_TIMEOUT;
  posted_.clear();
  room_.notify_all();
  schedule(lock);
  self_.reset();
  return true;
}

void ActiveCall::set_writable(bool writable) {
  std::unique_lock lock(mutex_);
  writable_ = writable;
  schedule(lock);
}

void ActiveCall::close() {
  cancel();
  std::unique_lock lock(mutex_);
  if (started_ && !completed_) {
    self_ = call_.shared_from_this();
    return;
  }
  lock.unlock();
  call_.destroy();
}

pbay_status ActiveCall::emit(const pbay_event* event) {
  bool skip = false;
  const pbay_status admitted = call_.admit(event, skip);
  std::unique_lock lock(mutex_);
  if (orphaned_) return PBAY_E_STALE;
  if (!started_ || completed_) {
    lock.unlock();
    call_.host().misbehaved("emitted events before start() or after complete()");
    return PBAY_E_STALE;
  }
  if (cancelled_) return PBAY_E_CANCELLED;
  if (admitted == PBAY_E_UNSUPPORTED) refused_ = true;
  if (refused_) return PBAY_E_UNSUPPORTED;
  if (admitted < 0 || skip) return admitted;
  if (!room_for(OwnedEvent::bytes_of(*event))) {
    blocked_ = true;
    return PBAY_E_WOULD_BLOCK;
  }
  events_.emplace_back(*event);
  bytes_ += events_.back().bytes();
  schedule(lock);
  return PBAY_OK;
}

pbay_status ActiveCall::wait_writable(std::uint64_t timeout_ns) {
  const auto wait = timeout_ns > static_cast<std::uint64_t>(kMaxWait.count())
                        ? kMaxWait
                        : std::chrono::nanoseconds(timeout_ns);
  std::unique_lock lock(mutex_);
  const bool ended =
      room_.wait_for(lock, wait, [this] { return !blocked_ || cancelled_ || completed_; });
  if (completed_) return PBAY_E_STALE;
  if (cancelled_) return PBAY_E_CANCELLED;
  return ended ? PBAY_OK : PBAY_E_TIMEOUT;
}

pbay_status ActiveCall::complete(pbay_status status, const pbay_error* error) {
  std::unique_lock lock(mutex_);
  if (orphaned_) return PBAY_E_STALE;
  if (!started_ || completed_) {
    lock.unlock();
    call_.host().misbehaved("called complete() before start(), or more than once");
    return PBAY_E_STALE;
  }
  if (error != nullptr && !refused_) call_.set_error(copy_error(*error));
  completed_ = true;
  status_ = refused_ ? PBAY_E_UNSUPPORTED : std::min(status, pbay_status{PBAY_OK});
  posted_.clear();
  room_.notify_all();
  schedule(lock);
  self_.reset();  // what was posted to the worker keeps the call from here on
  return PBAY_OK;
}

pbay_status ActiveCall::post(PostedFunction function, void* argument) {
  if (function == nullptr) return PBAY_E_INVALID;
  std::unique_lock lock(mutex_);
  if (!started_ || completed_) return PBAY_E_STALE;
  posted_.push_back({function, argument});
  schedule(lock);
  return PBAY_OK;
}

void ActiveCall::schedule(std::unique_lock<std::mutex>& lock) {
  if (scheduled_ || !anything_to_do()) return;
  scheduled_ = true;
  lock.unlock();
  call_.post()([self = call_.shared_from_this()] { self->active()->drain(); });
  lock.lock();
}

void ActiveCall::drain() {
  run_posted();
  deliver();
  tell_writable();
  finish();
}

void ActiveCall::run_posted() {
  std::unique_lock lock(mutex_);
  std::deque<Posted> posted = std::move(posted_);
  posted_.clear();
  while (!posted.empty() && !completed_) {
    const Posted next = posted.front();
    posted.pop_front();
    lock.unlock();
    call_.run_quietly("post", next.function, call_.raw(), next.argument);
    lock.lock();
  }
}

// At most what is there at the beginning, so that a busy plugin cannot keep the worker for itself.
void ActiveCall::deliver() {
  std::unique_lock lock(mutex_);
  for (std::size_t left = events_.size(); left > 0; --left) {
    if (!writable_ || events_.empty() || call_.observer() == nullptr) return;
    const OwnedEvent event = std::move(events_.front());
    events_.pop_front();
    bytes_ -= event.bytes();
    lock.unlock();
    const pbay_status status = call_.observer()->on_event(event.get());
    if (status < 0) cancel();
    lock.lock();
  }
}

void ActiveCall::tell_writable() {
  {
    const std::lock_guard lock(mutex_);
    if (!blocked_ || !half_empty() || cancelled_ || completed_) return;
    blocked_ = false;
    room_.notify_all();
  }
  if (PBAY_HAS(&table_, writable) && table_.writable != nullptr) {
    call_.run_quietly("writable", table_.writable, call_.raw());
  }
}

void ActiveCall::finish() {
  std::unique_lock lock(mutex_);
  if (completed_ && !finished_ && events_.empty()) {
    finished_ = true;
    const pbay_status status = status_;
    lock.unlock();
    if (CallObserver* observer = call_.observer()) {
      observer->on_complete(status);
    } else {
      call_.destroy();
    }
    lock.lock();
  }
  scheduled_ = false;
  // What came meanwhile waits for the worker's next turn, so that other calls have theirs.
  schedule(lock);
}

bool ActiveCall::anything_to_do() const {
  if (!posted_.empty()) return true;
  if (!events_.empty()) return writable_;
  if (completed_) return !finished_;
  return blocked_ && half_empty() && !cancelled_;
}

bool ActiveCall::room_for(std::size_t bytes) const {
  if (events_.empty()) return true;
  return events_.size() < kMaxEvents && bytes_ + bytes <= max_bytes();
}

bool ActiveCall::half_empty() const {
  return bytes_ <= max_bytes() / 2 && events_.size() <= kMaxEvents / 2;
}

void ActiveCall::drop_events() {
  events_.clear();
  bytes_ = 0;
}

}  // namespace patchbay::plugin_host
