// A text in memory of exactly its size and its padding, so that the address sanitizer sees a read
// beyond either.

#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

#include "core/json/scan.hpp"

namespace patchbay::json {

class PaddedText {
 public:
  // `shift` moves the text off its natural alignment: the parser reads 16 bytes at a time.
  explicit PaddedText(std::string_view text, std::size_t shift = 0)
      : bytes_(std::make_unique<char[]>(shift + text.size() + Padded::kBytes)),
        text_(bytes_.get() + shift, text.size()) {
    std::copy(text.begin(), text.end(), bytes_.get() + shift);
  }

  [[nodiscard]] Padded padded() const { return Padded(text_); }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::unique_ptr<char[]> bytes_;  // zeros beyond the text
  std::string_view text_;
};

// The text in memory of exactly its size, with nothing readable after it.
class BareText {
 public:
  explicit BareText(std::string_view text)
      : bytes_(std::make_unique<char[]>(text.size())), size_(text.size()) {
    std::copy(text.begin(), text.end(), bytes_.get());
  }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

}  // namespace patchbay::json
