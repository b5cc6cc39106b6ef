#include "core/http/sse_boundary.hpp"

#include "core/http/line_ends.hpp"

namespace patchbay::http {

std::size_t SseBoundary::feed(std::string_view bytes) {
  if (bytes.empty()) return 0;
  // Most pieces end with an event. Two line endings in a row are an empty line whatever came
  // before them, so that the rest need not be looked at.
  if (bytes.ends_with("\n\n") || bytes.ends_with("\r\n\r\n")) {
    line_empty_ = true;
    skip_lf_ = false;
    between_ = true;
    return bytes.size();
  }

  std::size_t at = 0;
  std::size_t boundary = 0;
  if (skip_lf_) {
    skip_lf_ = false;
    if (bytes.front() == '\n') {
      at = 1;
      if (between_) boundary = 1;
    }
  }
  LineEnds ends(bytes);
  for (;;) {
    const std::size_t end = ends.next(at);
    if (end == std::string_view::npos) break;
    const bool empty = line_empty_ && end == at;
    at = end + 1;
    if (bytes[end] == '\r') {
      if (at == bytes.size()) {
        skip_lf_ = true;
      } else if (bytes[at] == '\n') {
        ++at;
      }
    }
    line_empty_ = true;
    if (empty) boundary = at;
  }
  if (at < bytes.size()) line_empty_ = false;
  between_ = boundary == bytes.size();
  return boundary;
}

}  // namespace patchbay::http
