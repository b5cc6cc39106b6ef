// A provider of type `gemini`: Google's Gemini API, or a server that speaks it, at the base URL
// that the configuration names.
//
// Immutable once created, so calls share it freely.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/gemini/gemini_call.hpp"
#include "plugins/shared/provider_config.hpp"

namespace patchbay::plugins::gemini {

class GeminiProvider {
 public:
  static constexpr std::string_view kType = "gemini";
  static constexpr std::string_view kSchema =
#include "gemini.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_CHAT, "gemini.generate/1"),
                                   sdk::op(PBAY_MODE_EMBEDDING, "openai.embeddings/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.generations/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.edits/1"),
                                   sdk::op(PBAY_MODE_MODELS, "openai.models/1"),
                                   sdk::op(PBAY_MODE_RAW, "raw/1")};
  // They go up with raw requests only, whose bodies may be anything.
  static constexpr std::string_view kClientHeaders = "content-type accept";
  using Call = GeminiCall;

  static std::unique_ptr<GeminiProvider> create(const sdk::Setup& setup);

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }
  // Without a slash at its end; the second with the API's version.
  [[nodiscard]] std::string_view base_url() const {
    return base_url_;
  }
  [[nodiscard]] std::string_view api_url() const {
    return api_url_;
  }
  // The configured safetySettings as JSON, or empty.
  [[nodiscard]] std::string_view safety_settings() const {
    return safety_settings_;
  }

  const sdk::Host host;
  ProviderHeaders headers;  // of every request

 private:
  explicit GeminiProvider(const sdk::Host& given) : host(given) {}

  std::string base_url_;
  std::string api_url_;
  std::string safety_settings_;
  sdk::ModelList models_;
};

}  // namespace patchbay::plugins::gemini
