// What the steps of a request's translation have in common: the model that it is for, how it is
// refused, and what is left out on the way.
//
// Every step returns false once the request was refused, and its caller returns false as well.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/anthropic/model_traits.hpp"

namespace patchbay::plugins::anthropic {

// Why a request cannot go to this API; for a 400.
struct Refusal {
  std::string param;    // the field at fault: "messages[2].content[0].input_audio"
  std::string message;  // a sentence
};

struct Translation {
  ModelTraits traits;
  std::vector<Refusal> refusals;   // at most one
  std::vector<std::string> notes;  // what was left out or changed; for the debug log
  bool thinking_lost = false;      // thinking had to be turned off: its proof is not there

  bool refuse(std::string param, std::string message) {
    if (refusals.empty()) refusals.push_back({std::move(param), std::move(message)});
    return false;
  }
  void note(std::string what) { notes.push_back(std::move(what)); }
};

inline std::string element(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

}  // namespace patchbay::plugins::anthropic
