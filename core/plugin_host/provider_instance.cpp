#include "core/plugin_host/provider_instance.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "core/plugin_host/active_call.hpp"
#include "core/plugin_host/call_state.hpp"
#include "core/plugin_host/control_thread.hpp"
#include "core/plugin_host/guarded.hpp"
#include "core/plugin_host/provider_tools.hpp"
#include "core/plugin_host/running.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

// More than any provider has; a larger count is a plugin's mistake.
constexpr std::size_t kMaxOperations = 256;
constexpr std::size_t kMaxModels = 65'536;

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool fail(CallError& failure, std::string message) {
  failure = CallError{};
  failure.message = std::move(message);
  return false;
}

// The plugin's own message, or the status where it gave none.
bool fail_with_status(CallError& failure, const char* function, pbay_status status) {
  if (failure.message.empty()) {
    failure.message = std::string(function) + "() failed with status " + std::to_string(status);
  }
  return false;
}

// Never destroyed, and reachable.
void keep_for_good(std::shared_ptr<CallState> call) {
  static auto* mutex = new std::mutex;
  static auto* kept = new std::vector<std::shared_ptr<CallState>>;
  const std::lock_guard lock(*mutex);
  kept->push_back(std::move(call));
}

// The plugin's turn at [control], or nothing if that takes too long. Asked for again and again: to
// wait for a lock with a deadline is what the thread sanitizer does not understand.
std::unique_lock<std::mutex> turn_of(Module& module, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kAskAgainAfter{2};
  const Time deadline = Clock::now() + patience;
  std::unique_lock lock(module.control(), std::try_to_lock);
  while (!lock && Clock::now() < deadline) {
    std::this_thread::sleep_for(kAskAgainAfter);
    lock.try_lock();
  }
  return lock;
}

}  // namespace

ProviderInstance::ProviderInstance(std::shared_ptr<Module> module,
                                   const pbay_provider_type& type,
                                   std::string name)
    : module_(std::move(module)),
      table_(type.vtbl),
      name_(std::move(name)),
      type_name_(text_of(type.type)) {}

std::shared_ptr<ProviderInstance> ProviderInstance::create(std::shared_ptr<Module> module,
                                                           const pbay_provider_type& type,
                                                           std::string name,
                                                           const std::string& config_json,
                                                           std::shared_ptr<ControlThread> control,
                                                           CallError& failure) {
  control->expect();
  const std::function<void()> on_stuck =
      [ledger = module->ledger(), entry = module->ledger_entry(), host = &module->host()] {
        ledger->retained(entry, "its destroy() does not return");
        host->misbehaved("destroy() has not returned in time");
      };
  const std::shared_ptr<ProviderInstance> instance(
      new ProviderInstance(std::move(module), type, std::move(name)),
      [control, on_stuck](ProviderInstance* ended) {
        control->run([ended] { delete ended; }, on_stuck);
      });
  instance->control_thread_ = control;
  const bool made = instance->make(config_json, failure) &&
                    instance->take_tables(control, failure) && instance->describe(failure) &&
                    instance->list_tools(failure);
  return made ? instance : nullptr;
}

ProviderInstance::~ProviderInstance() {
  if (provider_ == nullptr) return;
  const std::lock_guard lock(module_->control());
  CallError unheard;
  const Running scope({.call = nullptr, .control_error = &unheard, .sink = nullptr});
  guarded(host(), "destroy", table_->destroy, provider_);
}

bool ProviderInstance::make(const std::string& config_json, CallError& failure) {
  const pbay_provider_config config{
      sizeof config, 0, view_of(name_), view_of(config_json), nullptr};
  const std::unique_lock lock = turn_of(*module_, control_thread_->patience().control);
  if (!lock) return fail(failure, "another function of the plugin does not return");
  const Running scope({.call = nullptr, .control_error = &failure, .sink = nullptr});
  pbay_provider* made = nullptr;
  const pbay_status status = guarded(
      host(), "create", pbay_status{PBAY_E_PANIC}, table_->create, host().table(), &config, &made);
  if (status < 0) return fail_with_status(failure, "create", status);
  if (made == nullptr) return fail(failure, "create() succeeded without a provider");
  provider_ = made;
  return true;
}

// The plugin's table of that id, or null.
const void* ProviderInstance::extension(const char* id) {
  if (table_->get_extension == nullptr) return nullptr;
  return guarded(host(),
                 "get_extension",
                 static_cast<const void*>(nullptr),
                 table_->get_extension,
                 provider_,
                 id);
}

bool ProviderInstance::take_tables(const std::shared_ptr<ControlThread>& control,
                                   CallError& failure) {
  if (const auto* table =
          static_cast<const pbay_provider_credentials*>(extension(PBAY_EXT_PROVIDER_CREDENTIALS))) {
    if (!PBAY_HAS(table, on_response) || table->build_request == nullptr ||
        table->on_response == nullptr) {
      return fail(failure, "its table " PBAY_EXT_PROVIDER_CREDENTIALS " is incomplete");
    }
    credentials_ = credential_source(*this, *table, control);
  }
  active_ = static_cast<const pbay_provider_active*>(extension(PBAY_EXT_PROVIDER_ACTIVE));
  if (active_ != nullptr) {
    const bool whole =
        PBAY_HAS(active_, cancel) && active_->start != nullptr && active_->cancel != nullptr;
    return whole || fail(failure, "its table " PBAY_EXT_PROVIDER_ACTIVE " is incomplete");
  }
  const bool whole =
      table_->build_request != nullptr && table_->on_frames != nullptr && table_->on_end != nullptr;
  return whole || fail(failure, "the plugin lacks build_request(), on_frames() or on_end()");
}

bool ProviderInstance::describe(CallError& failure) {
  const std::unique_lock lock = turn_of(*module_, control_thread_->patience().control);
  if (!lock) return fail(failure, "another function of the plugin does not return");
  const Running scope({.call = nullptr, .control_error = &failure, .sink = nullptr});
  pbay_provider_caps caps{};
  caps.size = sizeof caps;
  const pbay_status status =
      guarded(host(), "describe", pbay_status{PBAY_E_PANIC}, table_->describe, provider_, &caps);
  if (status < 0) return fail_with_status(failure, "describe", status);
  return copy_caps(caps, failure);
}

bool ProviderInstance::copy_caps(const pbay_provider_caps& caps, CallError& failure) {
  if (caps.op_count > kMaxOperations || (caps.ops == nullptr && caps.op_count != 0) ||
      caps.model_count > kMaxModels || (caps.models == nullptr && caps.model_count != 0)) {
    return fail(failure, "describe() gave a broken list");
  }
  for (std::size_t i = 0; i < caps.op_count; ++i) {
    operations_.push_back({caps.ops[i].mode, std::string(text_of(caps.ops[i].dialect))});
  }
  std::istringstream headers{std::string(text_of(caps.client_headers))};
  for (std::string header; headers >> header;)
    client_headers_.push_back(lower_case(header));
  for (std::size_t i = 0; i < caps.model_count; ++i) {
    const pbay_ev_model* model = caps.models[i];
    if (model == nullptr || model->h.size < sizeof *model) {
      return fail(failure, "describe() gave a broken model");
    }
    models_.push_back(
        {std::string(text_of(model->id)), std::string(text_of(model->owner)), model->created});
  }
  return true;
}

bool ProviderInstance::list_tools(CallError& failure) {
  const auto* table = static_cast<const pbay_provider_tools*>(extension(PBAY_EXT_PROVIDER_TOOLS));
  if (table == nullptr) return true;
  if (!PBAY_HAS(table, list) || table->list == nullptr) {
    return fail(failure, "its table " PBAY_EXT_PROVIDER_TOOLS " is incomplete");
  }
  const std::unique_lock lock = turn_of(*module_, control_thread_->patience().control);
  if (!lock) return fail(failure, "another function of the plugin does not return");
  const Running scope({.call = nullptr, .control_error = &failure, .sink = nullptr});
  const pbay_tool* const* list = nullptr;
  std::size_t count = 0;
  const pbay_status status =
      guarded(host(), "list", pbay_status{PBAY_E_PANIC}, table->list, provider_, &list, &count);
  if (status < 0) return fail_with_status(failure, "list", status);
  auto tools = read_tools(list, count);
  if (!tools) return fail(failure, tools.error().message);
  if (!tools->empty() && !offers(PBAY_MODE_TOOL, kToolDialect)) {
    return fail(failure, "it has tools, and no op of the mode tool in patchbay.tool/1");
  }
  tools_ = *std::move(tools);
  return true;
}

std::size_t ProviderInstance::cut_calls(const CallError& error) {
  std::size_t cut = 0;
  for (const std::shared_ptr<CallState>& call : host().calls().all()) {
    if (&call->instance() != this) continue;
    call->cut(error);
    ++cut;
  }
  if (cut > 0) module_->ledger()->count_cut(plugin_id(), cut);
  return cut;
}

void ProviderInstance::watch_cancelled() {
  if (watching_.exchange(true)) return;
  control_thread_->run_after(control_thread_->patience().complete, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->look_after_cancelled();
  });
}

void ProviderInstance::look_after_cancelled() {
  watching_ = false;  // whatever is cancelled from here on begins anew
  const Time now = Clock::now();
  Time next = Time::max();
  for (const std::shared_ptr<CallState>& call : host().calls().all()) {
    if (&call->instance() != this || call->active() == nullptr) continue;
    const std::optional<Time> cancelled = call->active()->cancelled_at();
    if (!cancelled) continue;
    const Time due = *cancelled + control_thread_->patience().complete;
    if (due <= now) {
      orphan(call);
    } else {
      next = std::min(next, due);
    }
  }
  if (next == Time::max() || watching_.exchange(true)) return;
  control_thread_->run_after(next - now, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->look_after_cancelled();
  });
}

void ProviderInstance::orphan(const std::shared_ptr<CallState>& call) {
  if (!call->active()->orphan()) return;
  host().calls().remove(call->id());
  call_ended();
  module_->ledger()->count_orphan(plugin_id());
  module_->ledger()->retained(module_->ledger_entry(), "a call of it was never completed");
  // What the plugin may still use stays, and with it the provider and the code.
  keep_for_good(call);
  if (!std::exchange(pinned_, true)) {
    control_thread_->forget();
    module_->pin();
  }
  host().misbehaved("did not complete a call in time after cancel()");
}

}  // namespace patchbay::plugin_host
