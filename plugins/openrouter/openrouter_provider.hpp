// A provider of type `openrouter`: the gateway of that name, which speaks OpenAI's dialect with
// additions of its own.
//
// Immutable once created, so calls share it freely.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/openrouter/openrouter_call.hpp"
#include "plugins/shared/provider_config.hpp"

namespace patchbay::plugins::openrouter {

class OpenRouterProvider {
 public:
  static constexpr std::string_view kType = "openrouter";
  static constexpr std::string_view kSchema =
#include "openrouter.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.completions/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.responses/1"),
                                   sdk::op(PBAY_MODE_EMBEDDING, "openai.embeddings/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.generations/1"),
                                   sdk::op(PBAY_MODE_SPEECH, "openai.audio.speech/1"),
                                   sdk::op(PBAY_MODE_MODELS, "openai.models/1"),
                                   sdk::op(PBAY_MODE_RAW, "raw/1")};
  // Who the application is may also be said by the client, where the configuration does not say it.
  // The last two go up with raw requests only.
  static constexpr std::string_view kClientHeaders =
      "http-referer x-openrouter-title x-title x-openrouter-categories x-openrouter-metadata "
      "idempotency-key content-type accept";
  using Call = OpenRouterCall;

  static std::unique_ptr<OpenRouterProvider> create(const sdk::Setup& setup);

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }
  // Without a slash at its end.
  [[nodiscard]] std::string_view base_url() const {
    return base_url_;
  }
  // The `provider` object for requests that have none; empty if none was configured.
  [[nodiscard]] std::string_view routing() const {
    return routing_;
  }
  // Whether pictures are asked for in a chat, or at the images endpoint.
  [[nodiscard]] bool draws_by_chat() const {
    return draws_by_chat_;
  }

  const sdk::Host host;
  ProviderHeaders headers;  // of every request

 private:
  explicit OpenRouterProvider(const sdk::Host& given) : host(given) {}

  std::string base_url_;
  std::string routing_;
  bool draws_by_chat_ = true;
  sdk::ModelList models_;
};

}  // namespace patchbay::plugins::openrouter
