// Parts of an answer in the forms that several dialects share: images, sources, finish words.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::dialects {

// "stop", "length", "tool-calls", "content-filter", "error", "other", as the AI SDK spells them. A
// plain stop after tool calls is "tool-calls".
std::string_view hyphened_finish_word(std::int32_t reason, bool has_tools);

// An image in text: `![Generated Image](<url>)`, and where the prompt was revised, an empty line
// and `*Revised prompt: <revised prompt>*`. Images that are no URL become data: URLs. Written as
// the inside of a JSON string, in one line.
void append_markdown_image(std::string& out, const pbay_ev_image& image);

// What an image is, whatever form it came in.
struct ImageData {
  std::string media_type;   // "image/png" where nobody says
  std::string_view base64;  // empty unless it came as base64 or as a data: URL in base64
  bool is_url = false;      // neither: a URL that somebody else serves
};
ImageData image_data(const pbay_ev_image& image);

struct Source {
  std::string_view url;
  std::string_view title;  // may be empty
};

// Calls `take` for every source in the JSON of an EXTRA event named "annotations".
void for_each_source(std::string_view annotations, const std::function<void(const Source&)>& take);

}  // namespace patchbay::dialects
