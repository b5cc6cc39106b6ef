// An Instance as the rest of the host holds it: it lets go of the plugin's object when it is
// retired, so that a generation ends with its last call and not with the last request that could
// have called it.
//
// What it tells of itself stays as it was. A call that begins on one that was retired, as the next
// attempt of a request from before, goes to its successor.

#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/plugin_host/instance.hpp"
#include "core/plugin_host/provider_instance.hpp"

namespace patchbay::plugin_host {

// Thread-safe.
class RetirableInstance final : public Instance {
 public:
  // `made_of` tells instances of the same entry apart: two of the same are alike.
  RetirableInstance(std::shared_ptr<ProviderInstance> object, std::string made_of);
  ~RetirableInstance() override;

  // The object that a new call goes to; null when it was retired and has no successor.
  [[nodiscard]] std::shared_ptr<ProviderInstance> acquire() const;

  // Lets go of the object, and returns it. REQUIRES: `successor` is newer than this one.
  std::shared_ptr<ProviderInstance> retire(std::shared_ptr<RetirableInstance> successor);

  [[nodiscard]] const std::string& made_of() const { return made_of_; }

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& type() const override { return type_; }
  [[nodiscard]] const std::string& plugin_id() const override { return plugin_id_; }
  [[nodiscard]] const std::string& plugin_version() const override { return plugin_version_; }
  [[nodiscard]] std::uint32_t generation() const override { return generation_; }
  [[nodiscard]] const std::vector<Operation>& operations() const override { return operations_; }
  [[nodiscard]] const std::vector<std::string>& client_headers() const override {
    return client_headers_;
  }
  [[nodiscard]] const std::vector<StaticModel>& models() const override { return models_; }
  // Of the object that it was made with; 0 once it has let go of that.
  [[nodiscard]] std::size_t live_calls() const override;
  [[nodiscard]] const std::vector<Tool>& tools() const override { return tools_; }
  [[nodiscard]] CredentialSource* credentials() const override { return credentials_.get(); }

 private:
  class Credentials;

  const std::string made_of_;
  const std::string name_;
  const std::string type_;
  const std::string plugin_id_;
  const std::string plugin_version_;
  const std::uint32_t generation_;
  const std::vector<Operation> operations_;
  const std::vector<std::string> client_headers_;
  const std::vector<StaticModel> models_;
  const std::vector<Tool> tools_;
  std::unique_ptr<CredentialSource> credentials_;

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<ProviderInstance> object_;
  std::shared_ptr<RetirableInstance> successor_;
};

}  // namespace patchbay::plugin_host
