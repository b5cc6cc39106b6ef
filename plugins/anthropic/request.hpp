// A chat request in OpenAI's form, as a request of the Messages API.
//
// docs/providers/anthropic.md has the whole of it as tables. Pure: no host, no clock, no state.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/anthropic/translation.hpp"

namespace patchbay::plugins::anthropic {

struct RequestSettings {
  std::int64_t max_tokens = 0;  // where the client names none; 0: by the model
  bool stream = false;
};

struct TranslatedRequest {
  std::string body;  // empty when refused
  std::optional<Refusal> refusal;
  std::vector<std::string> notes;  // what was left out or changed
  bool thinking_lost = false;      // thinking was asked for, but the history's is gone
};

// `model` is the vendor's name for it.
TranslatedRequest translate_request(std::string_view openai_body,
                                    std::string_view model,
                                    const RequestSettings& settings);

}  // namespace patchbay::plugins::anthropic
