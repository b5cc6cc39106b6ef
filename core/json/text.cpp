#include "core/json/text.hpp"

#include <cstdint>
#include <limits>
#include <utility>

#include "core/json/utf8.hpp"

namespace patchbay::json {
namespace {

thread_local std::string spare_buffer;

bool is_overlooked(char byte) {
  return static_cast<unsigned char>(static_cast<unsigned char>(byte) - 0x1A) < 6;
}

// Blocks of a fixed size, each without a branch inside, are what the compiler can vectorise; over a
// pointer, since a checked index would be a branch.
bool has_overlooked(std::string_view text) {
  constexpr std::size_t kBlock = 64;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; static_cast<std::size_t>(end - at) >= kBlock; at += kBlock) {
    unsigned char found = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      found = static_cast<unsigned char>(found | (is_overlooked(at[i]) ? 1 : 0));
    }
    if (found != 0) return true;
  }
  for (; at != end; ++at) {
    if (is_overlooked(*at)) return true;
  }
  return false;
}

}  // namespace

std::optional<Failure> precheck(std::string_view text) {
  // The parser counts a string's length in 32 bits.
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
    return Failure{0, "The text is longer than 4 GiB."};
  }
  if (!is_valid_utf8(text)) {
    return Failure{first_invalid_utf8(text), "The text is not valid UTF-8."};
  }
  if (has_overlooked(text)) {
    std::size_t at = 0;
    while (!is_overlooked(text[at]))
      ++at;
    return Failure{at, "A control character must be escaped."};
  }
  return std::nullopt;
}

Error invalid_json(const Failure& failure) {
  return make_error(ErrorCode::kInvalid,
                    "Invalid JSON at byte " + std::to_string(failure.offset) + ": " + failure.what);
}

PaddedCopy::PaddedCopy(std::string_view text)
    : buffer_(std::exchange(spare_buffer, {})), size_(text.size()) {
  buffer_.reserve(text.size() + kPadding);
  buffer_.assign(text);
  buffer_.append(kPadding, '\0');
}

PaddedCopy::~PaddedCopy() {
  if (size_ <= kLargeText) spare_buffer = std::move(buffer_);
}

}  // namespace patchbay::json
