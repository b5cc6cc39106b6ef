// The parts of a message, as blocks of this API: text, images and documents.
//
//   Blocks blocks;
//   if (!append_content(message["content"], "messages[0].content", {}, blocks, translation)) ...

#pragma once

#include <string>
#include <string_view>

#include "plugins/anthropic/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

// Blocks of a message under construction, with commas between them.
struct Blocks {
  std::string text;
  bool last_is_cached = false;  // the last block has a cache_control already

  [[nodiscard]] bool empty() const { return text.empty(); }
  // Puts a mark for the vendor's cache behind the last block; nothing where there is no block, the
  // block has one, or `cache_control` is no object.
  void cache_last(JsonValue cache_control);
};

// Who says it: the kinds of parts differ.
enum class Speaker { kSystem, kUser, kAssistant, kTool };

// `content` is text, a list of parts, or nothing. Blank text is left out: the vendor refuses it.
// `path` is the content's place in the request. False: refused.
bool append_content(
    JsonValue content, std::string_view path, Speaker speaker, Blocks& blocks, Translation& out);

// A block of text from the inside of a JSON string; left out if it is blank.
void append_text_block(std::string_view escaped, JsonValue cache_control, Blocks& blocks);

// Whether the inside of a JSON string says nothing but white space.
bool is_blank(std::string_view escaped);

}  // namespace patchbay::plugins::anthropic
