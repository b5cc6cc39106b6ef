#include "core/tokens/counter.hpp"

#include <string>

#include "core/tokens/merge.hpp"
#include "core/tokens/ranks.hpp"
#include "core/tokens/splitter.hpp"
#include "core/tokens/valid_text.hpp"

extern "C" {
extern const char patchbay_o200k_base[];
extern const char patchbay_o200k_base_end[];
extern const char patchbay_cl100k_base[];
extern const char patchbay_cl100k_base_end[];
}

namespace patchbay::tokens {
namespace {

struct Vocabulary {
  explicit Vocabulary(std::string_view packed) : ranks(packed), splitter(ranks.pattern()) {}
  const Ranks ranks;
  const Splitter splitter;
};

// Never destroyed: a thread that still counts may outlive the end of main.
const Vocabulary& vocabulary_of(Encoding encoding) {
  if (encoding == Encoding::kCl100k) {
    static const auto& cl100k = *new Vocabulary({patchbay_cl100k_base, patchbay_cl100k_base_end});
    return cl100k;
  }
  static const auto& o200k = *new Vocabulary({patchbay_o200k_base, patchbay_o200k_base_end});
  return o200k;
}

}  // namespace

Count count(Encoding encoding, std::string_view text) {
  Count counted{0, encoding == Encoding::kEstimate};
  std::string mended;
  if (!is_valid_text(text)) {
    mended = mended_text(text);
    text = mended;
    counted.estimated = true;
  }
  if (text.empty()) return counted;
  const Vocabulary& vocabulary = vocabulary_of(encoding);
  while (!text.empty()) {
    const Piece piece = vocabulary.splitter.first_piece(text);
    counted.tokens += merged_tokens(vocabulary.ranks, text.substr(0, piece.size));
    counted.estimated = counted.estimated || piece.cut;
    text.remove_prefix(piece.size);
  }
  return counted;
}

}  // namespace patchbay::tokens
