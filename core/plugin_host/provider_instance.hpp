// An Instance as the host holds it: the plugin's object and what it said of itself.

#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/plugin_host/credential_source.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/plugin_host/module.hpp"

namespace patchbay::plugin_host {

class CallState;
class ControlThread;

class ProviderInstance final : public Instance,
                               public std::enable_shared_from_this<ProviderInstance> {
 public:
  // Makes the plugin's object from a checked configuration (JSON text) and asks what it can do.
  // On failure the answer is empty and `failure` has the plugin's own account, or the host's.
  // The object is destroyed on `control`, whoever lets go of it last. Waits for its turn at the
  // plugin, for Patience::control at most.
  static std::shared_ptr<ProviderInstance> create(std::shared_ptr<Module> module,
                                                  const pbay_provider_type& type,
                                                  std::string name,
                                                  const std::string& config_json,
                                                  std::shared_ptr<ControlThread> control,
                                                  CallError& failure);
  ~ProviderInstance() override;

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& type() const override { return type_name_; }
  [[nodiscard]] const std::string& plugin_id() const override { return module_->id(); }
  [[nodiscard]] const std::string& plugin_version() const override { return module_->version(); }
  [[nodiscard]] std::uint32_t generation() const override { return module_->generation(); }
  [[nodiscard]] const std::vector<Operation>& operations() const override { return operations_; }
  [[nodiscard]] const std::vector<std::string>& client_headers() const override {
    return client_headers_;
  }
  [[nodiscard]] const std::vector<StaticModel>& models() const override { return models_; }
  [[nodiscard]] std::size_t live_calls() const override { return live_calls_; }
  [[nodiscard]] const std::vector<Tool>& tools() const override { return tools_; }

  [[nodiscard]] CredentialSource* credentials() const override { return credentials_.get(); }

  [[nodiscard]] HostContext& host() const { return module_->host(); }
  [[nodiscard]] const pbay_provider_vtbl& table() const { return *table_; }
  [[nodiscard]] pbay_provider* provider() const { return provider_; }
  // Set when the provider does its own work.
  [[nodiscard]] const pbay_provider_active* active() const { return active_; }

  // Held around every [control] function of the plugin.
  [[nodiscard]] std::mutex& control() const { return module_->control(); }

  void call_began() { ++live_calls_; }
  void call_ended() { --live_calls_; }

  // Ends every call that is under way, each on its own worker and with that error for its client.
  // Returns how many there were.
  std::size_t cut_calls(const CallError& error);

  // A call of a provider that does its own work was cancelled: it has Patience::complete from now
  // on, and is then left to the plugin, which cannot be unloaded any more.
  void watch_cancelled();

 private:
  ProviderInstance(std::shared_ptr<Module> module,
                   const pbay_provider_type& type,
                   std::string name);

  void look_after_cancelled();
  void orphan(const std::shared_ptr<CallState>& call);

  bool make(const std::string& config_json, CallError& failure);
  bool take_tables(const std::shared_ptr<ControlThread>& control, CallError& failure);
  bool describe(CallError& failure);
  bool list_tools(CallError& failure);
  const void* extension(const char* id);
  bool copy_caps(const pbay_provider_caps& caps, CallError& failure);

  const std::shared_ptr<Module> module_;
  const pbay_provider_vtbl* const table_;
  const std::string name_;
  const std::string type_name_;
  pbay_provider* provider_ = nullptr;
  const pbay_provider_active* active_ = nullptr;
  std::unique_ptr<CredentialSource> credentials_;  // of one whose credential expires
  std::vector<Operation> operations_;
  std::vector<std::string> client_headers_;
  std::vector<StaticModel> models_;
  std::vector<Tool> tools_;
  std::atomic<std::size_t> live_calls_{0};
  std::shared_ptr<ControlThread> control_thread_;
  std::atomic<bool> watching_{false};  // look_after_cancelled() will come
  bool pinned_ = false;                // for good, by a call; on the control thread
};

}  // namespace patchbay::plugin_host
