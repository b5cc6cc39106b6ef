// The vocabulary of a tokenizer: which runs of bytes are tokens, and which of them is made first.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace patchbay::tokens {

// Made of the bytes that web/pack.mjs wrote, which must outlive it. Immutable, so for any thread.
class Ranks {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  // `packed` is part of this binary; another format than the expected one ends the program.
  explicit Ranks(std::string_view packed);

  // The rank of a token: a lower one is merged earlier. kNone where the bytes are no token.
  [[nodiscard]] std::uint32_t find(std::string_view bytes) const;

  // The regular expression, as PCRE2 reads it, that cuts a text into pieces before anything merges.
  [[nodiscard]] std::string_view pattern() const { return pattern_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::string_view pattern_;
  const char* tokens_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mask_ = 0;
  std::vector<std::uint64_t> slots_;  // open addressing; what a slot holds is said in ranks.cpp
};

}  // namespace patchbay::tokens
