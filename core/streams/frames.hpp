// Where a frame ends, in the protocols that answers are streamed in.

#pragma once

#include <cstddef>
#include <string_view>

namespace patchbay::streams {

// How many bytes the first frame of `text` has, its end included; all of them where it has no end.
//
// A line ends with "\n". An event of an event stream ends with its empty line: "\n" behind a "\n",
// with or without a "\r" before it, as those do who write here. (A lone "\r", which the format
// allows too, ends nothing.)
std::size_t frame_size(std::string_view text, bool lines);

}  // namespace patchbay::streams
