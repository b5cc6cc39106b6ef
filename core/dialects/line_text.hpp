// JSON that never breaks a line, for formats that end each piece with a line feed.
//
// JSON alone does not promise that: white space between values may be a line feed, and U+2028,
// U+2029 and U+0085, which may stand in strings as they are, end a line for some of the readers
// that clients use (`splitlines` of Python, and what is built on it). All of these go out escaped.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::dialects {

// Appends text to the inside of a JSON string, escaping it unless the event says that it is.
void append_line_text(std::string& out, const pbay_event& event, std::string_view text);

// Appends plain text to the inside of a JSON string.
void append_line_escaped(std::string& out, std::string_view text);

// The same in quotes.
void append_line_string(std::string& out, std::string_view text);

// Appends a JSON value in one line.
//
// REQUIRES: `json` is one valid JSON value.
void append_line_json(std::string& out, std::string_view json);

// Keeps the escapes of one character together where a vendor cut its text between them: readers in
// several languages refuse a string with half of a surrogate pair in it.
//
//   const std::string_view text = joiner.whole(event, view(event.text));   // "" : nothing to write
class PairJoiner {
 public:
  // The text of an event with the half that the one before it ended with, and without one that it
  // ends with itself. Valid until the next call.
  std::string_view whole(const pbay_event& event, std::string_view text);

 private:
  std::string held_;  // half a pair, as an escape; empty most of the time
  std::uint32_t type_ = 0;
  std::uint32_t item_ = 0;
  std::string joined_;
};

}  // namespace patchbay::dialects
