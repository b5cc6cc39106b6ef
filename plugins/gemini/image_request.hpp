// What a request for images asks for, whether it came as JSON or as a form.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "patchbay/abi.h"
#include "plugins/gemini/body_text.hpp"
#include "plugins/gemini/translation.hpp"

namespace patchbay::plugins::gemini {

struct ImageRequest {
  std::string prompt;
  std::int64_t count = 1;
  std::string shape;   // "16:9", or empty
  std::string format;  // a media type, or empty
  BodyText images;     // those to change, as parts of a content, each with a comma behind it
};

// Reads openai.images.generations/1 and openai.images.edits/1. False if it cannot be said to this
// model; translation.refusal tells why. What is read is copied: the request's body may go.
[[nodiscard]] bool read_image_request(const pbay_request& request,
                                      Translation& translation,
                                      ImageRequest& out);

}  // namespace patchbay::plugins::gemini
