#include "plugins/anthropic/reasoning_blocks.hpp"

#include <cstdint>
#include <vector>

#include "plugins/anthropic/json_object.hpp"

namespace patchbay::plugins::anthropic {
namespace {

// All as the insides of JSON strings.
struct Thought {
  std::int64_t index = -1;
  bool redacted = false;
  std::string text;
  std::string proof;
};

bool is_ours(JsonValue detail) {
  std::string scratch;
  const std::string_view format = detail["format"].text(scratch);
  return format.empty() || format.starts_with("anthropic");
}

// Pieces of one block follow each other and have the same index; the signature ends it.
void read_detail(JsonValue detail, std::vector<Thought>& thoughts) {
  if (!is_ours(detail)) return;
  const std::int64_t index = detail["index"].integer().value_or(-1);
  if (detail["type"].says("reasoning.encrypted")) {
    if (detail["data"].escaped().empty()) return;
    thoughts.push_back({index, true, {}, std::string(detail["data"].escaped())});
    return;
  }
  if (!detail["type"].says("reasoning.text")) return;
  const bool goes_on = !thoughts.empty() && !thoughts.back().redacted &&
                       thoughts.back().proof.empty() && thoughts.back().index == index;
  if (!goes_on) thoughts.push_back({index, false, {}, {}});
  thoughts.back().text += detail["text"].escaped();
  thoughts.back().proof += detail["signature"].escaped();
}

void read_part(JsonValue part, std::vector<Thought>& thoughts) {
  if (part["type"].says("thinking") && !part["signature"].escaped().empty()) {
    thoughts.push_back({-1,
                        false,
                        std::string(part["thinking"].escaped()),
                        std::string(part["signature"].escaped())});
  } else if (part["type"].says("redacted_thinking")) {
    thoughts.push_back({-1, true, {}, std::string(part["data"].escaped())});
  }
}

// Gives the only block that has no text the message's; false where it cannot be said whose it is.
bool place_text(JsonValue message, std::vector<Thought>& thoughts) {
  const JsonValue said =
      message["reasoning_content"] ? message["reasoning_content"] : message["reasoning"];
  if (said.escaped().empty()) return true;
  Thought* wordless = nullptr;
  std::size_t count = 0;
  for (Thought& thought : thoughts) {
    if (thought.redacted) continue;
    if (!thought.text.empty()) return true;  // the details have their texts
    wordless = &thought;
    ++count;
  }
  if (count > 1) return false;
  if (wordless != nullptr) wordless->text = said.escaped();
  return true;
}

}  // namespace

ReasoningBlocks reasoning_blocks(JsonValue message) {
  std::vector<Thought> thoughts;
  for (const JsonValue detail : message["reasoning_details"].elements())
    read_detail(detail, thoughts);
  if (thoughts.empty()) {
    for (const JsonValue part : message["content"].elements())
      read_part(part, thoughts);
  }
  ReasoningBlocks blocks;
  blocks.lost = !place_text(message, thoughts);
  for (const Thought& thought : thoughts)
    blocks.lost = blocks.lost || thought.proof.empty();
  if (blocks.lost) return blocks;
  for (const Thought& thought : thoughts) {
    next_element(blocks.text);
    JsonObject block(blocks.text);
    if (thought.redacted) {
      block.text("type", "redacted_thinking");
      block.escaped("data", thought.proof);
    } else {
      block.text("type", "thinking");
      block.escaped("thinking", thought.text);
      block.escaped("signature", thought.proof);
    }
    block.end();
  }
  return blocks;
}

}  // namespace patchbay::plugins::anthropic
