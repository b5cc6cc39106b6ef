#include "core/documents/chunking.hpp"

#include <algorithm>

namespace patchbay::documents {
namespace {

constexpr std::string_view kBlanks = " \t\n";

// What ends with a piece of text, the weightier the greater.
enum class End { kNothing, kWord, kSentence, kParagraph };

// A stretch of text up to a place where it could be cut, with the blanks behind it.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t tokens = 0;
  End ends = End::kWord;
};

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// The end of a sentence at `word`: ".", "?!", or a full stop of Chinese or Japanese.
bool ends_sentence(std::string_view word) {
  while (!word.empty() && (word.back() == '"' || word.back() == '\'' || word.back() == ')'))
    word.remove_suffix(1);
  if (word.empty()) return false;
  const char last = word.back();
  return last == '.' || last == '!' || last == '?' || last == ':' || word.ends_with("。") ||
         word.ends_with("！") || word.ends_with("？");
}

// Words with the blanks behind them, and what ends there.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {
    at_ = std::min(text.find_first_not_of(kBlanks), text.size());
  }

  bool next(Piece& piece) {
    if (at_ == text_.size()) return false;
    const std::size_t end = std::min(text_.find_first_of(kBlanks, at_), text_.size());
    const std::size_t behind = std::min(text_.find_first_not_of(kBlanks, end), text_.size());
    const std::string_view blanks = text_.substr(end, behind - end);
    const auto lines = std::count(blanks.begin(), blanks.end(), '\n');
    piece = {.begin = at_, .end = behind, .tokens = 0, .ends = End::kWord};
    if (lines > 1 || behind == text_.size()) {
      piece.ends = End::kParagraph;
    } else if (lines == 1 || ends_sentence(text_.substr(at_, end - at_))) {
      piece.ends = End::kSentence;
    }
    at_ = behind;
    return true;
  }

 private:
  const std::string_view text_;
  std::size_t at_ = 0;
};

class Pieces {
 public:
  Pieces(std::string_view text, std::int64_t tokens_max, tokens::Encoding encoding)
      : text_(text), tokens_max_(tokens_max), encoding_(encoding) {
    Words words(text);
    Piece sentence;
    bool open = false;
    for (Piece word; words.next(word);) {
      if (!open) sentence = word;
      open = true;
      sentence.end = word.end;
      sentence.ends = word.ends;
      // A run of words without an end is looked at before it grows beyond counting.
      const bool long_enough =
          sentence.end - sentence.begin > 8 * static_cast<std::size_t>(tokens_max);
      if (word.ends == End::kWord && !long_enough) continue;
      add(sentence);
      open = false;
    }
    if (open) add(sentence);
  }

  std::vector<Piece> take() { return std::move(pieces_); }

 private:
  std::int64_t tokens_of(std::size_t begin, std::size_t end) const {
    return tokens::count(encoding_, text_.substr(begin, end - begin)).tokens;
  }

  // A sentence, or its words where it is longer than a chunk may be.
  void add(Piece sentence) {
    sentence.tokens = tokens_of(sentence.begin, sentence.end);
    if (sentence.tokens <= tokens_max_) {
      pieces_.push_back(sentence);
      return;
    }
    Words words(text_.substr(sentence.begin, sentence.end - sentence.begin));
    for (Piece word; words.next(word);) {
      word.begin += sentence.begin;
      word.end += sentence.begin;
      word.ends = word.end == sentence.end ? sentence.ends : End::kWord;
      add_word(word);
    }
  }

  // A text has at most as many tokens as bytes, so that parts of that many bytes always do. What is
  // left is not counted each time, which would be quadratic.
  void add_word(const Piece& word) {
    const auto part_max = static_cast<std::size_t>(tokens_max_);
    const std::size_t solid = text_.find_last_not_of(kBlanks, word.end - 1) + 1;
    Piece part = word;
    part.tokens = tokens_of(word.begin, solid);
    while (part.tokens > tokens_max_ && solid - part.begin > part_max) {
      part.end = part.begin + part_max;
      while (part.end > part.begin && inside_character(text_, part.end))
        --part.end;
      if (part.end == part.begin) part.end = end_of_character(part.begin);
      part.ends = End::kNothing;
      part.tokens = std::min(tokens_of(part.begin, part.end), tokens_max_);
      pieces_.push_back(part);
      part.begin = part.end;
      part.tokens = tokens_max_ + 1;
    }
    part.end = word.end;
    part.ends = word.ends;
    if (part.begin == solid) {
      pieces_.back().end = word.end;
      pieces_.back().ends = word.ends;
      return;
    }
    part.tokens = std::min(tokens_of(part.begin, solid), tokens_max_);
    pieces_.push_back(part);
  }

  std::size_t end_of_character(std::size_t at) const {
    do {
      ++at;
    } while (inside_character(text_, at));
    return at;
  }

  const std::string_view text_;
  const std::int64_t tokens_max_;
  const tokens::Encoding encoding_;
  std::vector<Piece> pieces_;
};

// The piece behind the last one of a chunk that begins with `first`.
std::size_t end_of_chunk(const std::vector<Piece>& pieces,
                         std::size_t first,
                         std::int64_t tokens_max) {
  std::int64_t tokens = 0;
  std::size_t end = first;
  while (end < pieces.size() && (end == first || tokens + pieces[end].tokens <= tokens_max))
    tokens += pieces[end++].tokens;
  if (end == pieces.size()) return end;
  // The weightiest end in the second half; of equal ones the last.
  std::size_t best = end;
  for (std::size_t at = end; at > first + 1 && tokens > tokens_max / 2; --at) {
    if (pieces[at - 1].ends > pieces[best - 1].ends) best = at;
    tokens -= pieces[at - 1].tokens;
  }
  return best;
}

// Where the chunk begins that follows one of [first, end).
std::size_t next_begin(const std::vector<Piece>& pieces,
                       std::size_t first,
                       std::size_t end,
                       std::int64_t overlap) {
  std::size_t begin = end;
  std::int64_t tokens = 0;
  while (begin > first + 1 && tokens + pieces[begin - 1].tokens <= overlap)
    tokens += pieces[--begin].tokens;
  return begin;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<std::string_view> chunks_of(std::string_view text,
                                        const ChunkRules& rules,
                                        tokens::Encoding encoding) {
  const std::vector<Piece> pieces = Pieces(text, rules.tokens, encoding).take();
  std::vector<std::string_view> chunks;
  std::size_t begin = 0;
  std::size_t done = 0;  // pieces that are in a chunk
  while (done < pieces.size()) {
    std::size_t end = end_of_chunk(pieces, begin, rules.tokens);
    // What is repeated must not be all there is room for.
    if (end <= done) {
      begin = done;
      end = end_of_chunk(pieces, begin, rules.tokens);
    }
    const std::size_t from = pieces[begin].begin;
    chunks.push_back(without_blanks(text.substr(from, pieces[end - 1].end - from)));
    done = end;
    begin = next_begin(pieces, begin, end, rules.overlap);
  }
  return chunks;
}

}  // namespace patchbay::documents
