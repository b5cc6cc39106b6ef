// A provider of type `openai`: OpenAI itself, or any server that speaks its API or a part of it
// (vLLM, Ollama, Groq, ...), at the base URL that the configuration names.
//
// Immutable once created, so calls share it freely.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/openai/openai_call.hpp"
#include "plugins/shared/provider_config.hpp"

namespace patchbay::plugins::openai {

class OpenAiProvider {
 public:
  static constexpr std::string_view kType = "openai";
  static constexpr std::string_view kSchema =
#include "openai.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.completions/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.responses/1"),
                                   sdk::op(PBAY_MODE_EMBEDDING, "openai.embeddings/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.generations/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.edits/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.variations/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1"),
                                   sdk::op(PBAY_MODE_SPEECH, "openai.audio.speech/1"),
                                   sdk::op(PBAY_MODE_MODERATION, "openai.moderations/1"),
                                   sdk::op(PBAY_MODE_MODELS, "openai.models/1"),
                                   sdk::op(PBAY_MODE_RAW, "raw/1")};
  // The organisation and the project of a request are the configuration's affair, not the client's.
  // The last two go up with raw requests only, whose bodies may be anything.
  static constexpr std::string_view kClientHeaders =
      "openai-beta idempotency-key content-type accept";
  using Call = OpenAiCall;

  static std::unique_ptr<OpenAiProvider> create(const sdk::Setup& setup);

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }
  // Without a slash at its end.
  [[nodiscard]] std::string_view base_url() const {
    return base_url_;
  }

  const sdk::Host host;
  ProviderHeaders headers;  // of every request

 private:
  explicit OpenAiProvider(const sdk::Host& given) : host(given) {}

  std::string base_url_;
  sdk::ModelList models_;
};

}  // namespace patchbay::plugins::openai
