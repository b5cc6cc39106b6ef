#include "plugins/shared/splice.hpp"

#include <algorithm>

namespace patchbay::plugins {

bool Splice::replace(pbay_span range, std::string_view replacement) {
  if (count_ == kEditsMax || range.offset > text_.size() ||
      range.len > text_.size() - range.offset) {
    return false;
  }
  const Edit edit{range.offset, range.offset + range.len, replacement};
  const auto end = edits_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto place = std::upper_bound(
      edits_.begin(), end, edit, [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  if (place != edits_.begin() && std::prev(place)->end > edit.begin) return false;
  if (place != end && edit.end > place->begin) return false;
  std::move_backward(place, end, end + 1);
  *place = edit;
  ++count_;
  return true;
}

bool Splice::insert_first(std::string_view member) {
  const std::size_t brace = text_.find_first_not_of(" \t\r\n");
  if (brace == text_.npos || text_[brace] != '{') return false;
  return replace({brace + 1, 0}, member);
}

std::size_t Splice::pieces(std::array<std::string_view, kPiecesMax>& out) const {
  std::size_t count = 0;
  std::size_t done = 0;
  const auto add = [&](std::string_view piece) {
    if (!piece.empty()) out[count++] = piece;
  };
  for (std::size_t i = 0; i < count_; ++i) {
    add(text_.substr(done, edits_[i].begin - done));
    add(edits_[i].replacement);
    done = edits_[i].end;
  }
  add(text_.substr(done));
  return count;
}

}  // namespace patchbay::plugins
