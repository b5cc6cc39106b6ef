#include "core/plugin_host/call_state.hpp"

#include <chrono>
#include <utility>

#include "core/plugin_host/active_call.hpp"
#include "core/plugin_host/event_layout.hpp"

namespace patchbay::plugin_host {
namespace {

// What a function on an I/O loop may take; beyond, every other call of the worker waits for it.
constexpr std::chrono::milliseconds kMaxTime{5};

}  // namespace

CallState::CallState(std::shared_ptr<ProviderInstance> instance, CallObserver& observer)
    : instance_(std::move(instance)), observer_(&observer) {}

CallState::~CallState() {
  // Usually done long ago; but a worker that stops drops what was posted to it.
  destroy();
  if (id_ != 0) host().calls().remove(id_);
}

pbay_status CallState::begin(pbay_request& request, Post post) {
  post_ = std::move(post);
  if (instance_->active() != nullptr) {
    active_ = std::make_unique<ActiveCall>(*this, *instance_->active());
  }
  const CallRegistry::Place place = host().calls().add(weak_from_this());
  if (place.id == 0) return PBAY_E_NO_MEMORY;
  id_ = place.id;
  sink_ = place.sink;
  takes_raw_ = (request.flags & PBAY_REQ_SAME_DIALECT) != 0 || request.mode == PBAY_MODE_RAW;
  request.size = sizeof request;
  request.id = id_;
  if (active_ != nullptr) owned_request_ = std::make_unique<OwnedRequest>(request);
  const pbay_request* given = active_ == nullptr ? &request : owned_request_->get();
  pbay_call* made = nullptr;
  const pbay_status status = run(shared_from_this(),
                                 {.name = "call_create"},
                                 instance_->table().call_create,
                                 instance_->provider(),
                                 given,
                                 &made);
  if (status < 0) return status;
  if (made == nullptr) {
    host().misbehaved("call_create() succeeded without a call");
    return PBAY_E_FAIL;
  }
  raw_ = made;
  instance_->call_began();
  return PBAY_OK;
}

void CallState::close() {
  observer_ = nullptr;
  closed_ = true;
  if (active_ != nullptr) {
    active_->close();
  } else if (depth_ == 0) {
    destroy();
  }
}

void CallState::destroy() {
  if (raw_ == nullptr || (active_ != nullptr && active_->orphaned())) return;
  run_quietly("call_destroy", instance_->table().call_destroy, std::exchange(raw_, nullptr));
  host().calls().remove(id_);
  instance_->call_ended();
}

void CallState::cut(const CallError& error) {
  post_([self = shared_from_this(), error] { self->cut_here(error); });
}

void CallState::cut_here(const CallError& error) {
  if (observer_ == nullptr) return;
  set_error(error);
  if (active_ != nullptr) {
    active_->cancel();
  } else {
    mark_cancelled();
  }
  // The last word, whatever the plugin still says.
  std::exchange(observer_, nullptr)->on_complete(PBAY_E_CANCELLED);
}

Time CallState::enter() {
  ++depth_;
  return Clock::now();
}

pbay_status CallState::leave(const Step& step, Time begin, pbay_status status) {
  --depth_;
  if (const auto taken = Clock::now() - begin; taken > kMaxTime) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    host().misbehaved("a [call] function took more than 5 ms",
                      std::string(step.name) + "(): " +
                          std::to_string(duration_cast<milliseconds>(taken).count()) + " ms");
  }
  if (status > 0 && (status > 31 || (step.allowed & (1U << static_cast<unsigned>(status))) == 0)) {
    host().misbehaved("a function answered with a status that it must not give",
                      std::string(step.name) + "(): " + std::to_string(status));
    status = PBAY_E_FAIL;
  }
  if (status == PBAY_S_PASSTHROUGH && !takes_raw_) {
    host().misbehaved("on_head() answered PASSTHROUGH without PBAY_REQ_SAME_DIALECT");
    status = PBAY_E_FAIL;
  }
  if (refused_ && status >= 0) status = PBAY_E_UNSUPPORTED;
  if (closed_ && depth_ == 0 && active_ == nullptr) destroy();
  return status;
}

pbay_status CallState::admit(const pbay_event* event, bool& skip) {
  skip = false;
  if (event == nullptr) {
    host().misbehaved("emitted nothing");
    return PBAY_E_INVALID;
  }
  switch (check_event(*event)) {
    case EventCheck::kGood:
      break;
    case EventCheck::kMalformed:
      host().misbehaved("emitted a malformed event", "type " + std::to_string(event->type));
      return PBAY_E_INVALID;
    case EventCheck::kUnknown:
      skip = true;
      if ((event->flags & PBAY_EVF_MUST_UNDERSTAND) == 0) return PBAY_OK;
      CallError error;
      error.message = "the provider's answer needs a newer Patchbay (event " +
                      std::to_string(event->type) + ")";
      set_error(std::move(error));
      return PBAY_E_UNSUPPORTED;
  }
  if (event->type == PBAY_EV_RAW && !takes_raw_) {
    host().misbehaved("emitted RAW without PBAY_REQ_SAME_DIALECT");
    return PBAY_E_INVALID;
  }
  return PBAY_OK;
}

pbay_status CallState::emit(const pbay_event* event) {
  bool skip = false;
  const pbay_status admitted = admit(event, skip);
  if (admitted == PBAY_E_UNSUPPORTED) refused_ = true;
  if (admitted < 0 || skip) return admitted;
  if (observer_ == nullptr) return PBAY_E_CANCELLED;
  return observer_->on_event(*event);
}

void CallState::set_error(CallError error) {
  const std::lock_guard lock(error_mutex_);
  told_ = std::move(error);
  told_anew_ = true;
}

const CallError& CallState::error() {
  const std::lock_guard lock(error_mutex_);
  if (std::exchange(told_anew_, false)) error_ = std::move(told_);
  return error_;
}

}  // namespace patchbay::plugin_host
