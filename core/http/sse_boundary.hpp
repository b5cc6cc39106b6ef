// Where events end in a text/event-stream whose bytes pass through as they are.
//
// A stream may only be interrupted (a comment to keep it alive, an error event) between two
// events. This finds those places and looks at nothing else.

#pragma once

#include <cstddef>
#include <string_view>

namespace patchbay::http {

// Allocates nothing. Not thread-safe: one for one stream.
class SseBoundary {
 public:
  // Takes the next bytes of the stream and returns the offset in them just after the last empty
  // line, which ends an event (or a comment): bytes before it belong to complete events. 0 when no
  // event ends here. When a CR ended an event and the LF of its CRLF comes in the next piece, that
  // LF belongs to the event as well.
  std::size_t feed(std::string_view bytes);

  // Whether the stream, as far as it was fed, stands between two events. True at its start.
  [[nodiscard]] bool between_events() const { return between_; }

 private:
  bool line_empty_ = true;  // the line in hand has no byte yet
  bool skip_lf_ = false;    // the last byte was CR, so a LF now belongs to it
  bool between_ = true;
};

}  // namespace patchbay::http
