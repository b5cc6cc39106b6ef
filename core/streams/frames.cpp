#include "core/streams/frames.hpp"

namespace patchbay::streams {

std::size_t frame_size(std::string_view text, bool lines) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos;) {
    ++at;
    if (lines) return at;
    const std::string_view rest = text.substr(at);
    if (rest.starts_with('\n')) return at + 1;
    if (rest.starts_with("\r\n")) return at + 2;
  }
  return text.size();
}

}  // namespace patchbay::streams
