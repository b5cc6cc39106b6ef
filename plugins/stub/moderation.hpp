// The stub's judgement of texts.

#pragma once

#include <string>
#include <string_view>

#include "plugins/stub/media_request.hpp"

namespace patchbay::plugins::stub {

// An input with this word in it is flagged, and no other.
inline constexpr std::string_view kFlaggedWord = "stub-flag-me";

// The answer's body in OpenAI's form.
std::string judge(const ModerationRequest& request, std::string_view id, std::string_view model);

}  // namespace patchbay::plugins::stub
