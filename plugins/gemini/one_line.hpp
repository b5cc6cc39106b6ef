// JSON in one line, as the events of a stream need it.

#pragma once

#include <string>
#include <string_view>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// The value as it stands where that is one line, which costs nothing; otherwise, since whole
// answers of the vendor's are written for people, without any white space between its tokens, in
// `scratch`.
std::string_view one_line(JsonValue value, std::string& scratch);

}  // namespace patchbay::plugins::gemini
