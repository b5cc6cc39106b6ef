// What the parts of a request's translation share: what the model can take, why the request is
// refused, and what the log should say.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "plugins/gemini/model_traits.hpp"

namespace patchbay::plugins::gemini {

// Why a request cannot be said in the vendor's words: the client's mistake, or a wish that the
// vendor has no field for.
struct Refusal {
  std::string param;  // "messages[2].content[0]"
  std::string message;
  std::string code;  // may be empty
};

struct Translation {
  ModelTraits model;
  std::string_view api_url;          // base URL and version, for ids of uploaded files
  std::string_view safety_settings;  // the provider's own, as JSON; may be empty

  Refusal refusal;
  std::string dropped;           // names of what was left out
  unsigned lost_signatures = 0;  // function calls that got the vendor's placeholder

  // Always false, to be returned.
  bool refuse(std::string param, std::string message, std::string code = {}) {
    refusal = {std::move(param), std::move(message), std::move(code)};
    return false;
  }
};

}  // namespace patchbay::plugins::gemini
