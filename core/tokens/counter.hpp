// Counting the tokens of a text as a model's tokenizer would.
//
//   Count count = tokens::count(Encoding::kO200k, text);
//
// For models whose tokenizer is not public the count is an estimate and says so.

#pragma once

#include <cstdint>
#include <string_view>

namespace patchbay::tokens {

enum class Encoding {
  kO200k,     // gpt-4o and later, o1 and later
  kCl100k,    // gpt-4, gpt-3.5-turbo, the embedding models of that time
  kEstimate,  // nobody knows: counted by o200k, and marked
};

struct Count {
  std::int64_t tokens = 0;
  bool estimated = false;
};

// By the model's name as vendors write it ("gpt-4o-mini", "vendor/gpt-4o", "claude-...").
Encoding encoding_of(std::string_view model);

// Never more than linear in the text, whatever it holds: a run of letters beyond what any
// vocabulary knows is cut into pieces, and then the count is an estimate. Ranks are made ready at
// the first call for an encoding (some milliseconds), so call it off the workers. Thread-safe.
Count count(Encoding encoding, std::string_view text);

}  // namespace patchbay::tokens
