// Changes to a JSON text made around its bytes: the result is a list of pieces, most of which are
// the original, so that what nobody asked to change stays as it was, byte by byte.
//
//   Splice splice(body);
//   splice.replace({offset, length}, "\"gpt-4o\"");
//   splice.insert_first("\"stream\":true,");
//   std::array<std::string_view, Splice::kPiecesMax> pieces;
//   std::size_t count = splice.pieces(pieces);

#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::plugins {

class Splice {
 public:
  static constexpr std::size_t kEditsMax = 4;
  static constexpr std::size_t kPiecesMax = 2 * kEditsMax + 1;

  // `text` and what is put in must outlive the pieces.
  explicit Splice(std::string_view text) : text_(text) {}

  // Puts `replacement` in the place of a range; an empty range inserts. Ranges may come in any
  // order but must not overlap. False, with nothing changed, for a range outside of the text or one
  // edit too many.
  bool replace(pbay_span range, std::string_view replacement);

  // Puts in right after the first '{' of the text; the caller provides the comma, which an object
  // that is not empty needs. False if the text does not begin with an object.
  bool insert_first(std::string_view member);

  // The text with its changes, in order; returns how many pieces there are.
  std::size_t pieces(std::array<std::string_view, kPiecesMax>& out) const;

 private:
  struct Edit {
    std::size_t begin;
    std::size_t end;
    std::string_view replacement;
  };

  std::string_view text_;
  std::array<Edit, kEditsMax> edits_{};  // sorted by begin
  std::size_t count_ = 0;
};

}  // namespace patchbay::plugins
