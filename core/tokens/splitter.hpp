// Cuts a text into the pieces that a tokenizer looks at one by one: words, figures, spaces, signs.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace patchbay::tokens {

struct Piece {
  std::size_t size = 0;  // at least 1, at most kMaxPieceBytes
  bool cut = false;      // the piece is longer and was cut here
};

// A compiled pattern. Immutable, so for any thread.
class Splitter {
 public:
  // `pattern` is part of this binary; one that PCRE2 does not understand ends the program.
  explicit Splitter(std::string_view pattern);
  ~Splitter();
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;

  // The piece that `text`, which is valid UTF-8 and not empty, begins with. Looks at no more than
  // kMaxPieceBytes of it.
  [[nodiscard]] Piece first_piece(std::string_view text) const;

 private:
  struct Code;
  std::unique_ptr<Code> code_;
};

}  // namespace patchbay::tokens
