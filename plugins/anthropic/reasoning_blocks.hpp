// The thinking that an assistant's message carries, as blocks that the vendor accepts back: it must
// come unchanged, with the signature that proves it, and before the calls it led to.
//
// Read, in this order, from: `reasoning_details`, as this host and the gateways of others write
// them; parts of the content of the types thinking and redacted_thinking. Where a detail has a
// signature alone, its text is the message's reasoning_content (or reasoning), which is possible
// for one block only.

#pragma once

#include <string>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

struct ReasoningBlocks {
  std::string text;   // the blocks, with commas between them; empty: there are none
  bool lost = false;  // there was thinking, but not with all that proves it: `text` is empty
};

ReasoningBlocks reasoning_blocks(JsonValue message);

}  // namespace patchbay::plugins::anthropic
