#include "core/plugin_host/roster.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::plugin_host {
namespace {

CallError cut_error(std::chrono::milliseconds drain_timeout) {
  CallError error;
  error.category = PBAY_ERR_OVERLOADED;
  error.code = "plugin_replaced";
  error.message =
      "The provider's plugin was replaced, and this answer was not complete within " +
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(drain_timeout).count()) +
      " s after that (plugins.drain_timeout); ask again";
  return error;
}

void end_calls(const std::shared_ptr<ProviderInstance>& instance,
               std::chrono::milliseconds drain_timeout) {
  const std::size_t calls = instance->cut_calls(cut_error(drain_timeout));
  if (calls == 0) return;
  instance->host().log(PBAY_LOG_WARN,
                       "generation " + std::to_string(instance->generation()) +
                           " had to go: answers of the provider \"" + instance->name() +
                           "\" were ended, " + std::to_string(calls) + " of them");
}

}  // namespace

std::shared_ptr<RetirableInstance> Roster::add(std::shared_ptr<ProviderInstance> object,
                                               std::string made_of) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(live_, [](const auto& one) { return one.expired(); });
    live_.push_back(object);
  }
  return std::make_shared<RetirableInstance>(std::move(object), std::move(made_of));
}

std::shared_ptr<RetirableInstance> Roster::in_use(const std::string& name,
                                                  const std::string& type,
                                                  const Module& module,
                                                  const std::string& made_of) const {
  Instances instances;
  {
    const std::lock_guard lock(mutex_);
    instances = in_use_;
  }
  const auto found = std::find_if(instances.begin(), instances.end(), [&](const auto& instance) {
    return instance->name() == name && instance->type() == type &&
           instance->plugin_id() == module.id() && instance->generation() == module.generation() &&
           instance->made_of() == made_of;
  });
  return found == instances.end() ? nullptr : *found;
}

void Roster::publish(const Instances& instances,
                     std::chrono::milliseconds drain_timeout,
                     ControlThread& control) {
  Instances before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(in_use_, instances);
  }
  for (const std::shared_ptr<RetirableInstance>& old : before) {
    if (std::find(instances.begin(), instances.end(), old) != instances.end()) continue;
    const auto successor =
        std::find_if(instances.begin(), instances.end(), [&](const auto& instance) {
          return instance->name() == old->name();
        });
    const std::weak_ptr<ProviderInstance> object =
        old->retire(successor == instances.end() ? nullptr : *successor);
    control.run_after(drain_timeout, [object, drain_timeout] {
      if (const auto instance = object.lock()) end_calls(instance, drain_timeout);
    });
  }
}

void Roster::clear() {
  Instances dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(in_use_);
}

std::vector<LiveInstance> Roster::live() const {
  std::vector<std::shared_ptr<ProviderInstance>> instances;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<ProviderInstance>& one : live_) {
      if (auto instance = one.lock()) instances.push_back(std::move(instance));
    }
  }
  std::vector<LiveInstance> all;
  all.reserve(instances.size());
  for (const auto& instance : instances) {
    all.push_back(
        {instance->name(), instance->plugin_id(), instance->generation(), instance->live_calls()});
  }
  return all;
}

void Roster::complete(std::vector<PluginState>& states) const {
  Instances instances;
  {
    const std::lock_guard lock(mutex_);
    instances = in_use_;
  }
  const std::vector<LiveInstance> calls = live();
  for (PluginState& state : states) {
    for (const auto& instance : instances) {
      if (instance->plugin_id() != state.id) continue;
      state.providers.push_back(instance->name());
      for (const StaticModel& model : instance->models())
        state.models.push_back(model.id);
      for (const Tool& tool : instance->tools())
        state.tools.push_back({.name = tool.name, .provider = instance->name()});
    }
    std::sort(state.models.begin(), state.models.end());
    state.models.erase(std::unique(state.models.begin(), state.models.end()), state.models.end());
    for (const LiveInstance& one : calls) {
      if (one.plugin != state.id) continue;
      state.calls += one.calls;
      for (GenerationState& generation : state.generations) {
        if (generation.number == one.generation) generation.calls += one.calls;
      }
    }
  }
}

}  // namespace patchbay::plugin_host
