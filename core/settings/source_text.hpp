// The bytes of a configuration file as a text that can be parsed: valid UTF-8, line feeds only,
// and nothing in it that YAML parsers quietly pass over.
//
// Not thread-safe: it remembers the last place it was asked for.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.hpp"
#include "core/settings/report.hpp"

namespace patchbay::settings {

inline constexpr std::size_t kConfigBytesMax = 1024 * 1024;

class SourceText {
 public:
  // Takes the file's bytes. A byte order mark goes, and CRLF and CR become LF.
  SourceText(std::string file, std::string_view bytes);

  // Reports bytes that are not UTF-8, control characters, tabs in the indentation, and a text
  // that is too long. False when there is any: the text should then not be parsed.
  bool check(Report& report) const;

  [[nodiscard]] const std::string& text() const { return text_; }

  // Where the byte at `offset` stands. The column counts characters, not bytes.
  [[nodiscard]] Origin at(std::size_t offset) const;

  // The line that holds the byte at `offset`, without its ending.
  [[nodiscard]] std::string_view line_at(std::size_t offset) const;

  [[nodiscard]] std::size_t line_start(std::size_t offset) const;

 private:
  bool check_bytes(Report& report) const;
  bool check_indentation(Report& report) const;

  std::string file_;
  std::string text_;
  std::vector<std::size_t> line_starts_;

  // Where at() last counted to. Places are asked for in the order of the text, and a long line
  // would otherwise be counted from its start for each of them.
  mutable std::size_t counted_offset_ = 0;
  mutable std::ptrdiff_t counted_characters_ = 0;
};

// Where the first byte stands that does not belong to a valid UTF-8 sequence; npos without one.
// Overlong forms, surrogates and code points over U+10FFFF are not valid.
std::size_t find_invalid_utf8(std::string_view bytes);

}  // namespace patchbay::settings
