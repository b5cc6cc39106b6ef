// Reasoning in a history, as OpenRouter wants it back.
//
// A conversation that went through us may hold it as our clients carry it: `reasoning_content`, a
// thought signature in a tool call's `extra_content`, proofs under our names for their formats.
// OpenRouter knows `reasoning` and `reasoning_details` alone, with formats of its own; a message
// that has them is left as it is.

#pragma once

#include <span>
#include <string_view>

#include "patchbay/call.hpp"

namespace patchbay::plugins::openrouter {

// `pieces`, which are made of call.body(), with what the messages lack put in. The very same pieces
// where nothing is lacking, which a few searches tell for most bodies.
std::span<const pbay_piece> with_reasoning(const sdk::Call& call,
                                           std::span<const pbay_piece> pieces);

}  // namespace patchbay::plugins::openrouter
