// Damage of the kind that networks and vendors do to an answer.

#pragma once

#include <random>
#include <string>

namespace patchbay::testing {

// `text` cut, with a byte changed, a piece repeated, a piece left out or nonsense put in, as
// `random` has it. The same generator does the same damage.
std::string mutated(std::string text, std::mt19937& random);

}  // namespace patchbay::testing
