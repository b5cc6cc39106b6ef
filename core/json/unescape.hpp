// From the inside of a JSON string to the text it stands for.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::json {

// Appends what `raw` stands for: the bytes between the quotes of a string that was checked before.
// Half a surrogate pair becomes U+FFFD, so that what comes out is UTF-8 if `raw` was.
void append_unescaped(std::string& out, std::string_view raw);

}  // namespace patchbay::json
