// The text of the XML that office documents are made of: the main part of a DOCX
// (WordprocessingML), of a PPTX, or of an ODT (OpenDocument).
//
// Only the names of elements that all of them have in one sense are known, whatever prefix they
// stand behind; of what was deleted while changes were tracked, and of codes and measures between
// the texts, nothing is shown.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::documents {

// Whether a program has written XML rather than the text itself.
bool is_xml(std::string_view text);

// REQUIRES: `xml` is valid UTF-8. So is what is given.
std::string office_text(std::string_view xml);

}  // namespace patchbay::documents
