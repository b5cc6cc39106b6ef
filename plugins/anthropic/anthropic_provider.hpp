// A provider of type `anthropic`: the vendor itself, or any server that speaks its Messages API, at
// the base URL that the configuration names.
//
// Immutable once created, so calls share it freely.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/anthropic/anthropic_call.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/provider_config.hpp"

namespace patchbay::plugins::anthropic {

class AnthropicProvider {
 public:
  static constexpr std::string_view kType = "anthropic";
  static constexpr std::string_view kSchema =
#include "anthropic.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_CHAT, "anthropic.messages/1"),
                                   sdk::op(PBAY_MODE_MODELS, "openai.models/1"),
                                   sdk::op(PBAY_MODE_RAW, "raw/1")};
  static constexpr std::string_view kClientHeaders =
      "anthropic-version anthropic-beta content-type accept";
  using Call = AnthropicCall;

  static std::unique_ptr<AnthropicProvider> create(const sdk::Setup& setup);

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }

  // Without a slash at its end, and without the API's version.
  [[nodiscard]] std::string_view base_url() const {
    return base_url_;
  }
  [[nodiscard]] std::string_view messages_url() const {
    return messages_url_;
  }
  [[nodiscard]] std::string_view version() const {
    return version_;
  }
  // The configured beta features, separated by commas; may be empty.
  [[nodiscard]] std::string_view beta() const {
    return beta_;
  }
  // How long an answer may be where the client does not say; 0: by the model.
  [[nodiscard]] std::int64_t max_tokens() const {
    return max_tokens_;
  }

  const sdk::Host host;
  ProviderHeaders headers;  // of every request, but for the API's version and features

 private:
  explicit AnthropicProvider(const sdk::Host& given) : host(given) {}
  std::optional<ConfigProblem> read(JsonValue config, std::string_view instance);
  std::optional<ConfigProblem> read_credential(JsonValue config);
  std::optional<ConfigProblem> read_dialect(JsonValue config);

  std::string base_url_;
  std::string messages_url_;
  std::string version_;
  std::string beta_;
  std::int64_t max_tokens_ = 0;
  sdk::ModelList models_;
};

}  // namespace patchbay::plugins::anthropic
