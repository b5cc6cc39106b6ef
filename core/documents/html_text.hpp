// The text of a page of HTML, as a reader would have it before the eyes: without tags, scripts and
// styles, a line for each line and an empty line between paragraphs.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::documents {

// REQUIRES: `html` is valid UTF-8. So is what is given.
std::string html_text(std::string_view html);

// The character of a named reference, such as "eacute"; 0 for none that is known.
std::uint32_t named_character(std::string_view name);

}  // namespace patchbay::documents
