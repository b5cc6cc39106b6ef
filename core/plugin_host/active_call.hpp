// The part of a call whose provider does its own work: events from the plugin's threads, brought to
// the worker that owns the call.
//
// What is emitted is copied into a queue, and the worker is told once for many events. The queue is
// bounded: beyond kMaxBytes or kMaxEvents, and far earlier while the client does not read, emit()
// answers WOULD_BLOCK; when half of that is free again the plugin hears of it, by writable() and in
// wait_writable(). An event that alone exceeds the bound is taken by an empty queue.
//
// A call that the relay let go of before it was complete keeps itself alive until it is, or until
// the time for that is over.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "core/base/clock.hpp"
#include "core/plugin_host/event_layout.hpp"
#include "core/plugin_host/instance.hpp"

namespace patchbay::plugin_host {

class CallState;

class ActiveCall {
 public:
  static constexpr std::size_t kMaxBytes = 256 * 1024;
  static constexpr std::size_t kMaxBytesUnread = 64 * 1024;
  static constexpr std::size_t kMaxEvents = 4096;

  using PostedFunction = void (*)(pbay_call*, void*);

  // `call` is the owner; `table` has at least start and cancel.
  ActiveCall(CallState& call, const pbay_provider_active& table);

  // On the owning worker.
  pbay_status start();
  void cancel();
  void set_writable(bool writable);
  // The relay lets go of the call.
  void close();

  // From any thread. When it was cancelled, if it is still to be completed.
  [[nodiscard]] std::optional<Time> cancelled_at();
  // Gives up waiting for complete(): whoever waits for the call hears that it has failed, and the
  // plugin's side is left as it is, for good. False if it is complete after all.
  bool orphan();
  [[nodiscard]] bool orphaned() const { return orphaned_; }

  // From any thread: patchbay.host.async/1. The caller holds the call.
  pbay_status emit(const pbay_event* event);
  pbay_status wait_writable(std::uint64_t timeout_ns);
  pbay_status complete(pbay_status status, const pbay_error* error);
  pbay_status post(PostedFunction function, void* argument);

 private:
  struct Posted {
    PostedFunction function;
    void* argument;
  };

  // Serves what has come, on the owning worker.
  void drain();
  void run_posted();
  void deliver();
  void tell_writable();
  void finish();

  // Has the worker call drain() if there is something to do and it does not know yet.
  void schedule(std::unique_lock<std::mutex>& lock);

  // With mutex_ held.
  [[nodiscard]] bool anything_to_do() const;
  [[nodiscard]] bool room_for(std::size_t bytes) const;
  [[nodiscard]] bool half_empty() const;
  [[nodiscard]] std::size_t max_bytes() const { return writable_ ? kMaxBytes : kMaxBytesUnread; }
  void drop_events();

  CallState& call_;
  const pbay_provider_active& table_;
  std::atomic<bool> orphaned_{false};

  std::mutex mutex_;  // guards what follows
  std::condition_variable room_;
  std::deque<OwnedEvent> events_;
  std::deque<Posted> posted_;
  std::size_t bytes_ = 0;  // of events_
  bool started_ = false;
  bool writable_ = true;  // the client reads
  bool blocked_ = false;  // the plugin was told WOULD_BLOCK
  bool cancelled_ = false;
  Time cancelled_at_{};
  bool refused_ = false;  // an event that had to be understood was not
  bool completed_ = false;
  bool finished_ = false;            // the observer knows that it is complete
  bool scheduled_ = false;           // drain() was posted and has not ended
  pbay_status status_ = PBAY_OK;     // of complete()
  std::shared_ptr<CallState> self_;  // set while nobody but the plugin has a use for the call
};

}  // namespace patchbay::plugin_host
