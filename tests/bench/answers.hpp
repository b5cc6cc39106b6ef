// The bytes that the bench's upstream answers with: the shape and the size of a real vendor's.

#pragma once

#include <cstddef>
#include <string>

namespace patchbay::bench {

// A chat completion of about 1 KB in JSON, with a vendor's usual headers.
std::string whole_answer();

// The head of the same answer and the first half of its body.
std::string half_answer();

// A stream of answers that never ends, as the vendor of one wire format sends it.
struct Stream {
  std::string head;   // the answer's head in chunked coding, and what comes before the text
  std::string event;  // the next piece of text: one HTTP chunk
  std::string block;  // `kBlockEvents` of them in one chunk
};
inline constexpr std::size_t kBlockEvents = 64;

Stream openai_stream();
Stream anthropic_stream();
Stream gemini_stream();

}  // namespace patchbay::bench
