#include "core/documents/office_text.hpp"

#include <array>

#include "core/documents/markup_reader.hpp"

namespace patchbay::documents {
namespace {

// Fields' codes, deleted text, measures of drawings, and the second form of what an old program
// would not understand; of OpenDocument what stands before the text.
constexpr std::array<std::string_view, 12> kHidden{"instrtext",
                                                   "deltext",
                                                   "delinstrtext",
                                                   "flddata",
                                                   "posoffset",
                                                   "pctwidth",
                                                   "pctheight",
                                                   "fallback",
                                                   "automatic-styles",
                                                   "font-face-decls",
                                                   "scripts",
                                                   "tracked-changes"};
constexpr std::array<std::string_view, 5> kLines{"br", "cr", "line-break", "tr", "table-row"};
constexpr std::array<std::string_view, 4> kParagraphs{"p", "h", "tbl", "table"};
constexpr std::array<std::string_view, 2> kCells{"tc", "table-cell"};
constexpr std::array<std::string_view, 3> kBlanks{"tab", "s", "ptab"};

// Some leave the declaration out, which they may.
constexpr std::array<std::string_view, 3> kBeginnings{
    "<?xml ", "<w:document ", "<office:document-content "};

}  // namespace

bool is_xml(std::string_view text) {
  for (const std::string_view beginning : kBeginnings) {
    if (text.starts_with(beginning)) return true;
  }
  return false;
}

std::string office_text(std::string_view xml) {
  return text_of_markup(xml,
                        {.hidden = kHidden,
                         .literal = {},
                         .lines = kLines,
                         .paragraphs = kParagraphs,
                         .cells = kCells,
                         .blanks = kBlanks,
                         .preformatted = {},
                         .xml = true});
}

}  // namespace patchbay::documents
