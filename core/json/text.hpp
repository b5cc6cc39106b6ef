// What every reader of JSON texts here shares: the checks before the parse, the room for padding,
// and the words for what is wrong. Private to this room.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace patchbay::json {

// How many zero bytes must follow a text: the parser reads 16 at a time, up to its final zero.
inline constexpr std::size_t kPadding = 16;

// Objects and arrays within each other. Far more than any message needs, far less than the stack.
inline constexpr std::size_t kMaxDepth = 128;

// Memory that a larger text needed is given back rather than kept for the thread's next one.
inline constexpr std::size_t kLargeText = 1024 * 1024;

// Why a text is refused, and the byte (from 0) where that shows.
struct Failure {
  std::size_t offset;
  std::string what;  // a sentence
};

// Refuses what the parser itself would let through: broken UTF-8, and raw control characters that
// its SSE2 string scan overlooks (it compares with 0x19 where 0x1F is meant). Nothing when fine.
std::optional<Failure> precheck(std::string_view text);

// "Invalid JSON at byte 17: Missing a comma or } after an object member."
Error invalid_json(const Failure& failure);

// A copy of a text with its padding. The buffer belongs to the thread and is used again by the
// next copy, unless the text was larger than kLargeText.
class PaddedCopy {
 public:
  explicit PaddedCopy(std::string_view text);
  ~PaddedCopy();
  PaddedCopy(const PaddedCopy&) = delete;
  PaddedCopy& operator=(const PaddedCopy&) = delete;

  [[nodiscard]] std::string_view text() const { return {buffer_.data(), size_}; }

 private:
  std::string buffer_;
  std::size_t size_;
};

}  // namespace patchbay::json
