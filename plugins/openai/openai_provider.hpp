// A provider of type `openai`: OpenAI itself, or any server that speaks its chat completions (vLLM,
// Ollama, Groq, ...), at the base URL that the configuration names.
//
// Immutable once created, so calls share it freely.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/plugin.hpp"
#include "plugins/openai/openai_call.hpp"

namespace patchbay::plugins::openai {

class OpenAiProvider {
 public:
  static constexpr std::string_view kType = "openai";
  static constexpr std::string_view kSchema =
#include "openai.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1")};
  // The organisation and the project of a request are the configuration's affair, not the client's.
  static constexpr std::string_view kClientHeaders = "openai-beta idempotency-key";
  using Call = OpenAiCall;

  static std::unique_ptr<OpenAiProvider> create(const sdk::Setup& setup);

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }

  [[nodiscard]] std::string_view chat_url() const {
    return chat_url_;
  }
  // Headers of every request; the views live as long as the provider.
  [[nodiscard]] const std::vector<pbay_kv>& headers() const {
    return headers_;
  }
  // What must not be shown, even where an upstream repeats it. May be empty.
  [[nodiscard]] std::string_view api_key() const {
    return api_key_;
  }

  const sdk::Host host;

 private:
  struct Header {
    std::string name;
    std::string value;
  };

  explicit OpenAiProvider(const sdk::Host& given) : host(given) {}
  void add_header(std::string_view name, std::string value);

  std::string api_key_;
  std::string chat_url_;
  std::vector<Header> own_headers_;
  std::vector<pbay_kv> headers_;  // views into own_headers_
  sdk::ModelList models_;
};

}  // namespace patchbay::plugins::openai
