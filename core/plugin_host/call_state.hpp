// One call on a plugin, from call_create() to call_destroy(): what the relay's Call, the plugin's
// own threads and a call that nobody waits for any more have in common.
//
// Threads: set_error() and state() from any; everything else on the worker that owns the call, or,
// once the relay has let go, on whichever thread ends it.

#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "core/plugin_host/arena.hpp"
#include "core/plugin_host/guarded.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/plugin_host/owned_request.hpp"
#include "core/plugin_host/provider_instance.hpp"
#include "core/plugin_host/running.hpp"
#include "core/telemetry/activity.hpp"

namespace patchbay::plugin_host {

class ActiveCall;

class CallState : public std::enable_shared_from_this<CallState> {
 public:
  CallState(std::shared_ptr<ProviderInstance> instance, CallObserver& observer);
  ~CallState();
  CallState(const CallState&) = delete;
  CallState& operator=(const CallState&) = delete;

  // Gives the call its id and has the plugin make its side. REQUIRES: called once, first.
  pbay_status begin(pbay_request& request, Post post);

  // The relay lets go. The plugin's side ends now, after the function of it that is running, or,
  // for a provider that does its own work, when that is complete.
  void close();

  // Ends the plugin's side; nothing when that has happened, or when the plugin was left alone with
  // it.
  void destroy();

  // Ends the call on its own worker, with that error for whoever waits for it. From any thread.
  void cut(const CallError& error);

  [[nodiscard]] pbay_call_id id() const { return id_; }
  [[nodiscard]] HostContext& host() const { return instance_->host(); }
  [[nodiscard]] const ProviderInstance& instance() const { return *instance_; }
  [[nodiscard]] pbay_call* raw() const { return raw_; }
  // Set for a provider that does its own work.
  [[nodiscard]] ActiveCall* active() const { return active_.get(); }
  [[nodiscard]] const Post& post() const { return post_; }
  // The provider has an eye on calls that were cancelled.
  void watch_cancelled() { instance_->watch_cancelled(); }
  [[nodiscard]] CallObserver* observer() const { return observer_; }

  // One [call] function of the plugin, as run() wants to know it.
  struct Step {
    const char* name;           // in the ABI
    unsigned allowed = 0;       // bits 1 << PBAY_S_* of the answers above 0 that make sense
    pbay_sink* sink = nullptr;  // the sink that it is given
  };

  // Runs a function of the plugin. The answer is 0, allowed or negative. `self` keeps the call
  // alive should the relay let go of it meanwhile.
  template <typename... Params, typename... Args>
  static pbay_status run(std::shared_ptr<CallState> self,
                         Step step,
                         pbay_status (*function)(Params...),
                         Args... args) {
    const Time begin = self->enter();
    pbay_status status = PBAY_OK;
    {
      const Running scope({.call = self.get(), .control_error = nullptr, .sink = step.sink});
      const telemetry::ActivityScope activity(self->host().immortal_name(), step.name);
      status = guarded(self->host(), step.name, pbay_status{PBAY_E_PANIC}, function, args...);
    }
    return self->leave(step, begin, status);
  }

  // The same for functions without an answer, which may not emit.
  template <typename... Params, typename... Args>
  void run_quietly(const char* name, void (*function)(Params...), Args... args) {
    const Time begin = enter();
    {
      const Running scope({.call = this, .control_error = nullptr, .sink = nullptr});
      const telemetry::ActivityScope activity(host().immortal_name(), name);
      guarded(host(), name, function, args...);
    }
    leave({.name = name}, begin, PBAY_OK);
  }

  [[nodiscard]] pbay_sink* sink() const { return sink_; }

  // What the plugin emits through the sink.
  pbay_status emit(const pbay_event* event);

  // Whether an event may go on to the observer: PBAY_OK, or what to tell the plugin. `skip` is set
  // for one that this host does not know and may ignore.
  pbay_status admit(const pbay_event* event, bool& skip);

  void set_error(CallError error);
  [[nodiscard]] const CallError& error();

  void* allocate(std::size_t bytes, std::size_t align) { return arena_.allocate(bytes, align); }

  [[nodiscard]] std::uint32_t state() const { return state_; }
  void mark_cancelled() { state_ = PBAY_CALL_CANCELLED; }

  // The relay has gone: nothing reaches the observer any more.
  void forget_observer() { observer_ = nullptr; }

  // The request asks for the dialect that the client reads, so its bytes may pass as they are.
  [[nodiscard]] bool takes_raw() const { return takes_raw_; }

 private:
  void cut_here(const CallError& error);
  Time enter();
  pbay_status leave(const Step& step, Time begin, pbay_status status);

  const std::shared_ptr<ProviderInstance> instance_;
  CallObserver* observer_;
  Post post_;
  pbay_call* raw_ = nullptr;
  pbay_call_id id_ = 0;
  pbay_sink* sink_ = nullptr;
  bool takes_raw_ = false;
  int depth_ = 0;         // functions of the plugin that are running for this call
  bool closed_ = false;   // the relay has let go
  bool refused_ = false;  // an event that had to be understood was not
  std::atomic<std::uint32_t> state_{PBAY_CALL_LIVE};
  Arena arena_;
  std::unique_ptr<ActiveCall> active_;
  std::unique_ptr<OwnedRequest> owned_request_;  // of an active call
  CallError error_;                              // what error() last gave

  std::mutex error_mutex_;  // guards what follows
  CallError told_;
  bool told_anew_ = false;
};

}  // namespace patchbay::plugin_host
