// A provider of type `azure-openai`: one resource of Azure OpenAI (or Azure AI Foundry), with its
// deployments.
//
// Immutable once created, but for the token, which guards itself; calls share it freely.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/azure-openai/azure_call.hpp"
#include "plugins/azure-openai/azure_settings.hpp"
#include "plugins/azure-openai/entra_token.hpp"

namespace patchbay::plugins::azure_openai {

class AzureProvider {
 public:
  static constexpr std::string_view kType = "azure-openai";
  static constexpr std::string_view kSchema =
#include "azure-openai.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.completions/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.responses/1"),
                                   sdk::op(PBAY_MODE_EMBEDDING, "openai.embeddings/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.generations/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.edits/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1"),
                                   sdk::op(PBAY_MODE_SPEECH, "openai.audio.speech/1"),
                                   sdk::op(PBAY_MODE_MODELS, "openai.models/1")};
  static constexpr std::string_view kClientHeaders =
      "openai-beta idempotency-key x-ms-client-request-id";
  using Call = AzureCall;

  static std::unique_ptr<AzureProvider> create(const sdk::Setup& setup);

  [[nodiscard]] const sdk::ModelList& models() const {
    return settings_.models();
  }

  // The credential that expires, where Entra ID gives it.
  [[nodiscard]] bool credential_expires() const {
    return token_.has_value();
  }
  pbay_status build_credential_request(sdk::HttpRequest& out);
  pbay_status on_credential_response(const pbay_http_head& head,
                                     std::string_view body,
                                     std::uint64_t& valid_for_ns);

  [[nodiscard]] const AzureSettings& settings() const {
    return settings_;
  }
  // "Bearer ..."; null where no token is used, or none is there yet.
  [[nodiscard]] std::shared_ptr<const std::string> authorization() const {
    return token_ ? token_->authorization() : nullptr;
  }

  const sdk::Host host;

 private:
  explicit AzureProvider(const sdk::Host& given) : host(given) {}
  void prepare_token();

  AzureSettings settings_;
  std::optional<EntraToken> token_;
  std::array<pbay_kv, 3> token_headers_{};
  pbay_piece token_body_{};
};

}  // namespace patchbay::plugins::azure_openai
