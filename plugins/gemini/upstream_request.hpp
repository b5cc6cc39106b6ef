// What goes up: a path behind the base URL and the API's version, and a body.

#pragma once

#include <string>

#include "patchbay/abi.h"
#include "plugins/gemini/body_text.hpp"

namespace patchbay::plugins::gemini {

struct UpstreamRequest {
  std::string target;  // "models/gemini-2.5-pro:generateContent"
  bool is_get = false;
  pbay_framing framing = PBAY_FRAME_AUTO;
  BodyText body;
};

}  // namespace patchbay::plugins::gemini
