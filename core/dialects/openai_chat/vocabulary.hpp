// What streamed and whole answers of this dialect have in common: finish words, usage, the text of
// events, an answer's head, and looking into answers that pass untouched.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/chat/usage.hpp"
#include "patchbay/abi.h"

namespace patchbay::dialects::openai_chat {

// id, created and model: the same on every chunk of an answer.
struct AnswerHead {
  std::string id;
  std::int64_t created = 0;
  std::string model;
  std::string fingerprint;

  // Takes what the event knows; the model only if `keep_model` is false.
  void take(const pbay_ev_meta& meta, bool keep_model);

  // Fills what nobody told: a fresh id, the present time.
  void complete();
};

// "stop", "length", "tool_calls", "content_filter". A plain stop after tool calls is "tool_calls":
// some vendors say stop all the same, and clients act on the word.
std::string_view finish_word(std::int32_t reason, bool has_tools);

// Appends text to the inside of a JSON string, escaping it unless the event says that it is.
void append_text(std::string& out, const pbay_event& event, std::string_view text);

// Appends a usage object.
void append_usage(std::string& out, const pbay_ev_usage& usage);

// One entry of `reasoning_details` that carries a signature.
void append_signature_detail(std::string& out, const pbay_ev_signature& signature);

// The "url" of an image: as it is, or as a data: URL.
std::string image_url(const pbay_ev_image& image);

// `json` with the value of its top-level "model" replaced; unchanged where it has none.
void append_with_model(std::string& out, std::string_view json, std::string_view model);

// Reads the tokens out of the usage object in a chunk or a body, by either set of names that this
// vendor has given them (prompt_tokens, input_tokens); leaves `usage` where there is none.
void read_usage(std::string_view json, chat::Usage& usage);

}  // namespace patchbay::dialects::openai_chat
