// The configuration of a provider, read and judged.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/call.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/openai_operation.hpp"
#include "plugins/shared/provider_config.hpp"

namespace patchbay::plugins::azure_openai {

// Which of Azure's path layouts a resource is spoken to in.
enum class Api : std::uint8_t {
  kDeployments,  // /openai/deployments/NAME/...?api-version=
  kV1,           // /openai/v1/..., the deployment as the model in the body
  kModels,       // /models/...?api-version=, as Azure AI Foundry has it; likewise
};

struct EntraSettings {
  std::string token_url;
  std::string client_id;
  std::string client_secret;
  std::string scope;
};

class AzureSettings {
 public:
  // Takes over a configuration, or says what is wrong with it. Called once.
  std::optional<ConfigProblem> read(JsonValue config, const sdk::Setup& setup);

  // The deployment that serves `model` in a call of that mode.
  [[nodiscard]] std::string_view deployment_of(pbay_mode mode, std::string_view model) const;
  // Where the operation is, for a deployment; empty where the layout does not have it.
  [[nodiscard]] std::string url_of(OpenAiOperation operation, std::string_view deployment) const;

  // Of every request, but the credential that expires.
  [[nodiscard]] const ProviderHeaders& headers() const { return headers_; }
  [[nodiscard]] const std::optional<EntraSettings>& entra() const { return entra_; }
  [[nodiscard]] const sdk::ModelList& models() const { return models_; }

 private:
  std::optional<ConfigProblem> read_place(JsonValue config);
  std::optional<ConfigProblem> read_entra(JsonValue entra);
  void read_deployments(JsonValue config, std::string_view owner);

  std::string endpoint_;  // with nothing behind the host but, perhaps, a path that is not Azure's
  Api api_ = Api::kDeployments;
  std::string query_;  // "?api-version=...", or empty
  std::optional<EntraSettings> entra_;
  std::map<std::string, std::string, std::less<>> deployments_;  // by model
  std::map<pbay_mode, std::string> deployment_for_;
  ProviderHeaders headers_;
  sdk::ModelList models_;
};

}  // namespace patchbay::plugins::azure_openai
