// Finds the line endings of a piece of text/event-stream, where LF, CR and CRLF all end a line.
//
// Vectorised searches over the whole piece, not a test per byte. The nearest LF and CR are both
// remembered, so that a piece with only one of them is still searched once for each, and not once
// for each line.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace patchbay::http {

class LineEnds {
 public:
  explicit LineEnds(std::string_view bytes)
      : bytes_(bytes), lf_(bytes.find('\n')), cr_(bytes.find('\r')) {}

  // Where the first CR or LF at or after `from` stands; npos when there is none.
  //
  // REQUIRES: `from` never goes back from one call to the next.
  std::size_t next(std::size_t from) {
    if (lf_ < from) lf_ = bytes_.find('\n', from);
    if (cr_ < from) cr_ = bytes_.find('\r', from);
    return std::min(lf_, cr_);
  }

 private:
  std::string_view bytes_;
  std::size_t lf_;
  std::size_t cr_;
};

}  // namespace patchbay::http
