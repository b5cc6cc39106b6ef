#include "core/documents/html_text.hpp"

#include <array>

#include "core/documents/markup_reader.hpp"

namespace patchbay::documents {
namespace {

// Elements whose inside is no text for readers.
constexpr std::array<std::string_view, 6> kHidden{
    "script", "style", "template", "noscript", "iframe", "svg"};
// Elements with no markup in them.
constexpr std::array<std::string_view, 2> kLiteral{"title", "textarea"};
// Elements that stand in a line of their own.
constexpr std::array<std::string_view, 5> kLines{"br", "li", "tr", "dt", "dd"};
constexpr std::array<std::string_view, 33> kParagraphs{
    "address", "article", "aside", "blockquote", "body",     "caption",    "center",
    "details", "dialog",  "div",   "dl",         "fieldset", "figcaption", "figure",
    "footer",  "form",    "h1",    "h2",         "h3",       "h4",         "h5",
    "h6",      "header",  "hr",    "main",       "nav",      "ol",         "p",
    "pre",     "section", "table", "title",      "ul"};

constexpr std::array<std::string_view, 2> kCells{"td", "th"};
constexpr std::array<std::string_view, 1> kBlanks{"option"};

}  // namespace

std::string html_text(std::string_view html) {
  return text_of_markup(html,
                        {.hidden = kHidden,
                         .literal = kLiteral,
                         .lines = kLines,
                         .paragraphs = kParagraphs,
                         .cells = kCells,
                         .blanks = kBlanks,
                         .preformatted = "pre"});
}

}  // namespace patchbay::documents
