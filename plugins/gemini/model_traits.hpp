// What a model's name says about it: the vendor's models differ in what a request to them may hold,
// and nothing else tells.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::plugins::gemini {

enum class Thinking : std::uint8_t {
  kNone,    // a thinkingConfig is refused
  kBudget,  // thinkingBudget, in tokens (2.5)
  kLevel,   // thinkingLevel, a word (3 and later, and names that say no version)
};

struct ModelTraits {
  Thinking thinking = Thinking::kLevel;
  bool is_pro = false;          // cannot stop thinking
  bool has_two_levels = false;  // low and high, nothing between them
  bool is_imagen = false;       // images by :predict
  bool is_embedding = false;
  bool makes_images = false;  // images by :generateContent
  // A function call of the current turn that comes back without a thought signature is refused.
  bool wants_signatures = false;
};

ModelTraits traits_of(std::string_view model);

// The name as a path: "models/gemini-2.5-pro". Names that have a collection of their own
// (tunedModels/x, models/x) keep it; what may not stand in a path is percent-encoded.
std::string model_path(std::string_view model);

}  // namespace patchbay::plugins::gemini
