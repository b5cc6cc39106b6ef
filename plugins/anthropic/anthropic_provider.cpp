#include "plugins/anthropic/anthropic_provider.hpp"

namespace patchbay::plugins::anthropic {
namespace {

constexpr std::string_view kDefaultBaseUrl = "https://api.anthropic.com";
constexpr std::string_view kDefaultVersion = "2023-06-01";

std::uint64_t modes_of_model(std::string_view /*id*/) {
  return PBAY_MODE_BIT(PBAY_MODE_CHAT);
}

}  // namespace

std::optional<ConfigProblem> AnthropicProvider::read_credential(JsonValue config) {
  const JsonValue auth = config["auth"];
  const bool bearer = auth.says("bearer");
  if (auth && !bearer && !auth.says("api_key")) {
    return ConfigProblem{"/auth", "it must be api_key or bearer"};
  }
  return headers.add_from(config["api_key"],
                          "/api_key",
                          bearer ? "authorization" : "x-api-key",
                          ProviderHeaders::Shown::kNever,
                          bearer ? "Bearer " : "");
}

std::optional<ConfigProblem> AnthropicProvider::read_dialect(JsonValue config) {
  const JsonValue version = config["version"];
  version_ = version ? version.string() : std::string(kDefaultVersion);
  if (version_.empty() || !is_header_value(version_)) {
    return ConfigProblem{"/version", "it must be text without control characters"};
  }
  std::size_t index = 0;
  for (const JsonValue one : config["beta"].elements()) {
    const std::string name = one.string();
    if (name.empty() || !is_header_value(name)) {
      return ConfigProblem{"/beta/" + std::to_string(index),
                           "a feature's name must be text without control characters"};
    }
    ++index;
    if (!beta_.empty()) beta_ += ',';
    beta_ += name;
  }
  const JsonValue max_tokens = config["max_tokens"];
  max_tokens_ = max_tokens.integer().value_or(0);
  if (max_tokens && max_tokens_ < 1) {
    return ConfigProblem{"/max_tokens", "it must be a whole number from 1 on"};
  }
  return std::nullopt;
}

std::optional<ConfigProblem> AnthropicProvider::read(JsonValue config, std::string_view instance) {
  if (auto wrong = headers.read(config["headers"])) return wrong;
  if (auto wrong = read_credential(config)) return wrong;
  if (auto wrong = read_dialect(config)) return wrong;
  if (auto wrong = read_base_url(config["base_url"], kDefaultBaseUrl, base_url_)) return wrong;
  constexpr std::string_view kVersionPath = "/v1";  // many write it, as they have to elsewhere
  if (base_url_.ends_with(kVersionPath)) {
    base_url_.resize(base_url_.size() - kVersionPath.size());
  }
  messages_url_ = base_url_ + "/v1/messages";
  return read_models(config["models"], instance, &modes_of_model, models_);
}

std::unique_ptr<AnthropicProvider> AnthropicProvider::create(const sdk::Setup& setup) {
  JsonText json;
  if (!json.parse(setup.json()) || !json.root().is_object()) {
    return setup.refuse("", "the configuration is not a JSON object");
  }
  std::unique_ptr<AnthropicProvider> made(new AnthropicProvider(setup.host()));
  if (const auto wrong = made->read(json.root(), setup.instance())) return refuse(setup, *wrong);
  made->headers.add("user-agent", "patchbay/" + std::string(setup.host().version()));
  return made;
}

}  // namespace patchbay::plugins::anthropic
