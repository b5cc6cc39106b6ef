#include "plugins/azure-openai/azure_settings.hpp"

#include <array>
#include <utility>

#include "plugins/shared/openai_models.hpp"

namespace patchbay::plugins::azure_openai {
namespace {

constexpr std::string_view kDefaultScope = "https://cognitiveservices.azure.com/.default";
constexpr std::string_view kDefaultAuthority = "https://login.microsoftonline.com";
constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

// People copy the address with a path of the API from one page or the other.
void drop_api_path(std::string& url) {
  for (const std::string_view path : {"/openai/v1", "/openai", "/models"}) {
    if (!url.ends_with(path)) continue;
    url.resize(url.size() - path.size());
    break;
  }
  while (url.ends_with('/'))
    url.pop_back();
}

void append_segment(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (kUnreserved.find(c) != kUnreserved.npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
}

}  // namespace

std::optional<ConfigProblem> AzureSettings::read(JsonValue config, const sdk::Setup& setup) {
  auto wrong = headers_.read(config["headers"]);
  if (!wrong) wrong = read_place(config);
  if (!wrong) wrong = read_entra(config["entra"]);
  if (!wrong) {
    wrong =
        headers_.add_from(config["api_key"], "/api_key", "api-key", ProviderHeaders::Shown::kNever);
  }
  if (!wrong && entra_ && !config["api_key"].escaped().empty()) {
    wrong = ConfigProblem{"/entra", "there is an api_key as well: leave one of them out"};
  }
  if (wrong) return wrong;
  headers_.add("user-agent", "patchbay/" + std::string(setup.host().version()));
  read_deployments(config, setup.instance());
  return read_models(config["models"], setup.instance(), &modes_of_model, models_);
}

std::optional<ConfigProblem> AzureSettings::read_place(JsonValue config) {
  if (read_base_url(config["endpoint"], {}, endpoint_)) {
    return ConfigProblem{
        "/endpoint", "it must be the URL of the resource, such as https://NAME.openai.azure.com"};
  }
  drop_api_path(endpoint_);
  std::string version = config["api_version"].string();
  if (config["api"].says("v1")) {
    api_ = Api::kV1;
  } else if (config["api"].says("models")) {
    api_ = Api::kModels;
    if (version.empty()) version = "2024-05-01-preview";
  } else if (version.empty()) {
    version = "2024-10-21";
  }
  if (!version.empty()) query_ = "?api-version=" + version;
  return std::nullopt;
}

// One whose values are all empty is none: they may come from an environment that lacks them.
std::optional<ConfigProblem> AzureSettings::read_entra(JsonValue entra) {
  const std::string tenant = entra["tenant_id"].string();
  EntraSettings read{.token_url = {},
                     .client_id = entra["client_id"].string(),
                     .client_secret = entra["client_secret"].string(),
                     .scope = entra["scope"].string()};
  if (tenant.empty() && read.client_id.empty() && read.client_secret.empty()) return std::nullopt;
  const std::array<std::pair<std::string_view, bool>, 3> missing{
      {{"tenant_id", tenant.empty()},
       {"client_id", read.client_id.empty()},
       {"client_secret", read.client_secret.empty()}}};
  for (const auto& [name, is_missing] : missing) {
    if (is_missing) return ConfigProblem{"/entra", std::string(name) + " is missing"};
  }
  if (read.scope.empty()) read.scope = kDefaultScope;
  const JsonValue authority = entra["authority"];
  const bool given = !authority.escaped().empty();
  if (read_base_url(given ? authority : JsonValue(), kDefaultAuthority, read.token_url)) {
    return ConfigProblem{"/entra/authority",
                         "it must be an http:// or https:// URL without a query"};
  }
  read.token_url += '/';
  append_segment(read.token_url, tenant);
  read.token_url += "/oauth2/v2.0/token";
  entra_ = std::move(read);
  return std::nullopt;
}

void AzureSettings::read_deployments(JsonValue config, std::string_view owner) {
  for (const JsonValue entry : config["deployments"].members()) {
    const std::string model = entry.key().string();
    const std::string deployment = entry.string();
    if (deployment.empty()) continue;  // from an environment that lacks it
    if (deployments_.emplace(model, deployment).second) {
      models_.add(model, owner, modes_of_model(model));
    }
  }
  constexpr std::array<std::pair<std::string_view, pbay_mode>, 5> kModes{
      {{"chat", PBAY_MODE_CHAT},
       {"image", PBAY_MODE_IMAGE},
       {"embedding", PBAY_MODE_EMBEDDING},
       {"transcribe", PBAY_MODE_TRANSCRIBE},
       {"speech", PBAY_MODE_SPEECH}}};
  for (const auto& [name, mode] : kModes) {
    std::string deployment = config["deployment_for"][name].string();
    if (!deployment.empty()) deployment_for_.emplace(mode, std::move(deployment));
  }
}

std::string_view AzureSettings::deployment_of(pbay_mode mode, std::string_view model) const {
  const auto named = deployments_.find(model);
  if (named != deployments_.end()) return named->second;
  const auto usual = deployment_for_.find(mode);
  return usual != deployment_for_.end() ? std::string_view(usual->second) : model;
}

std::string AzureSettings::url_of(OpenAiOperation operation, std::string_view deployment) const {
  using enum OpenAiOperation;
  std::string url = endpoint_;
  switch (api_) {
    case Api::kDeployments:
      url += "/openai";
      // Two that are of the resource: the one names its model in the body, the other has none.
      if (operation == kResponses || operation == kModels) break;
      url += "/deployments/";
      append_segment(url, deployment);
      break;
    case Api::kV1:
      url += "/openai/v1";
      break;
    case Api::kModels:
      if (operation != kChat && operation != kEmbeddings) return {};
      url += "/models";
      break;
  }
  return url.append(path_of(operation)).append(query_);
}

}  // namespace patchbay::plugins::azure_openai
