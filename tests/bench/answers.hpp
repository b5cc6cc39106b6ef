// The bytes that the bench's upstream answers with: the shape and the size of a real vendor's.

#pragma once

#include <cstddef>
#include <string>

namespace patchbay::bench {

// A chat completion of about 1 KB in JSON, with a vendor's usual headers.
std::string whole_answer();

// The head of the same answer and the first half of its body.
std::string half_answer();

// The head of an event stream in chunked coding, and its first event.
std::string stream_head();

// The next piece of a stream: `events` events, one HTTP chunk.
std::string stream_piece(std::size_t events);

}  // namespace patchbay::bench
