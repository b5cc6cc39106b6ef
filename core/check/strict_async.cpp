// patchbay.host.async/1 of the strict host.

#include <chrono>

#include "core/check/strict_host.hpp"

namespace patchbay::check {

class AsyncFunctions {
 public:
  static pbay_status emit(const pbay_host* host,
                          pbay_call_id id,
                          const pbay_event* event) noexcept {
    StrictHost& self = of(host);
    const std::lock_guard lock(self.mutex_);
    CallRecord* call = self.find(id);
    if (call == nullptr) return stale(self, id, "emit()");
    if (!call->is_started || call->is_completed) {
      self.breaches_.add(Rule::kAsync,
                         call->is_completed ? "emit() after complete()" : "emit() before start()");
      return PBAY_E_STALE;
    }
    if (call->is_cancelled) return PBAY_E_CANCELLED;
    if (call->room == 0) {
      call->is_blocked = true;
      self.changed_.notify_all();
      return PBAY_E_WOULD_BLOCK;
    }
    const pbay_status status = self.take(*call, event);
    if (status >= 0) --call->room;
    return status;
  }

  static pbay_status wait_writable(const pbay_host* host,
                                   pbay_call_id id,
                                   std::uint64_t timeout_ns) noexcept {
    StrictHost& self = of(host);
    std::unique_lock lock(self.mutex_);
    const CallRecord* call = self.find(id);
    if (call == nullptr) return stale(self, id, "wait_writable()");
    if (call->depth > 0 && call->thread == std::this_thread::get_id()) {
      self.breaches_.add(Rule::kAsync, "wait_writable(), which blocks, in a [call] function");
      return PBAY_E_INVALID;
    }
    constexpr std::uint64_t kLongest = 60'000'000'000;
    const auto wait = std::chrono::nanoseconds(timeout_ns < kLongest ? timeout_ns : kLongest);
    // The call may end while this waits, so it is looked for each time.
    const auto over = [&] {
      const CallRecord* now = self.find(id);
      return now == nullptr || now->is_completed || now->is_cancelled || now->room > 0;
    };
    if (!self.changed_.wait_for(lock, wait, over)) return PBAY_E_TIMEOUT;
    call = self.find(id);
    if (call == nullptr || call->is_completed) return PBAY_E_STALE;
    return call->is_cancelled ? PBAY_E_CANCELLED : PBAY_OK;
  }

  static pbay_status complete(const pbay_host* host,
                              pbay_call_id id,
                              pbay_status status,
                              const pbay_error* error) noexcept {
    if (error != nullptr) host->set_error(host, id, error);
    StrictHost& self = of(host);
    const std::lock_guard lock(self.mutex_);
    CallRecord* call = self.find(id);
    if (call == nullptr) return stale(self, id, "complete()");
    if (!call->is_started || call->is_completed) {
      self.breaches_.add(
          Rule::kAsync,
          call->is_completed ? "complete() for the second time" : "complete() before start()");
      return PBAY_E_STALE;
    }
    call->is_completed = true;
    call->completion = status;
    if (status > 0) {
      self.breaches_.add(Rule::kStatuses, "complete() with " + status_name(status));
    }
    self.changed_.notify_all();
    return PBAY_OK;
  }

  static pbay_status post(const pbay_host* host,
                          pbay_call_id id,
                          void(PBAY_CALL* function)(pbay_call* call, void* argument),
                          void* argument) noexcept {
    StrictHost& self = of(host);
    const std::lock_guard lock(self.mutex_);
    CallRecord* call = self.find(id);
    if (function == nullptr) {
      self.breaches_.add(Rule::kAsync, "post() without a function");
      return PBAY_E_INVALID;
    }
    if (call == nullptr || call->is_completed) return PBAY_E_STALE;
    call->posted.push_back({function, argument});
    self.changed_.notify_all();
    return PBAY_OK;
  }

 private:
  static StrictHost& of(const pbay_host* host) { return *static_cast<StrictHost*>(host->impl); }

  // An id that has ended is an honest mistake of a slower thread, unless the plugin had completed
  // the call itself; one that never was is a wrong one.
  static pbay_status stale(StrictHost& self, pbay_call_id id, const std::string& function) {
    const auto ended = self.ended_.find(id);
    if (ended == self.ended_.end()) {
      self.breaches_.add(Rule::kAsync, function + " for a call that never was");
    } else if (ended->second) {
      self.breaches_.add(Rule::kAsync, function + " after complete()");
    }
    return PBAY_E_STALE;
  }
};

pbay_host_async strict_async_table() {
  return {sizeof(pbay_host_async),
          0,
          AsyncFunctions::emit,
          AsyncFunctions::wait_writable,
          AsyncFunctions::complete,
          AsyncFunctions::post};
}

}  // namespace patchbay::check
