// The text of what is marked up with tags in angle brackets, as a reader would have it before the
// eyes: without the tags, a line for each line and an empty line between paragraphs.
//
// A tokenizer and no tree: which element is within which matters to layout, and hardly to what is
// said. So it takes one pass and no memory beyond the text, whatever the markup is like.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace patchbay::documents {

// Names of elements in lower case, and what they mean to the text.
struct Vocabulary {
  std::span<const std::string_view> hidden;      // their inside is no text for readers
  std::span<const std::string_view> literal;     // no markup in them
  std::span<const std::string_view> lines;       // stand in a line of their own
  std::span<const std::string_view> paragraphs;  // stand between empty lines
  std::span<const std::string_view> cells;       // of tables
  std::span<const std::string_view> blanks;      // stand for a blank
  std::string_view preformatted;                 // its blanks count
  // Names are told without their prefixes, line breaks between two tags are nobody's text, and a
  // paragraph in a cell ends no line.
  bool xml = false;
};

// REQUIRES: `markup` is valid UTF-8. So is what is given.
std::string text_of_markup(std::string_view markup, const Vocabulary& words);

}  // namespace patchbay::documents
