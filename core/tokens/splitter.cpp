#define PCRE2_CODE_UNIT_WIDTH 8

#include "core/tokens/splitter.hpp"

#include <cstdlib>

#include <pcre2.h>

#include "core/tokens/merge.hpp"

namespace patchbay::tokens {
namespace {

// What a pattern looks ahead of its match: "'re", and the character after a run of spaces. A match
// that ends further from where the text was cut than that is the one that the whole text has.
constexpr std::size_t kLookedAhead = 8;

struct MatchData {
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  MatchData() {
    if (data == nullptr) std::abort();
  }
  ~MatchData() { pcre2_match_data_free(data); }
  MatchData(const MatchData&) = delete;
  MatchData& operator=(const MatchData&) = delete;
};

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// At most kMaxPieceBytes of the text, whole characters.
std::string_view window_of(std::string_view text) {
  if (text.size() <= kMaxPieceBytes) return text;
  std::size_t end = kMaxPieceBytes;
  while (end > 1 && is_continuation(text[end]))
    --end;
  return text.substr(0, end);
}

std::size_t first_character(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && is_continuation(text[size]))
    ++size;
  return size;
}

}  // namespace

struct Splitter::Code {
  pcre2_code* compiled = nullptr;
};

Splitter::Splitter(std::string_view pattern) : code_(std::make_unique<Code>()) {
  int error = 0;
  PCRE2_SIZE where = 0;
  code_->compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()),
                                  pattern.size(),
                                  PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C,
                                  &error,
                                  &where,
                                  nullptr);
  if (code_->compiled == nullptr) std::abort();
  // Where memory may not be written and executed, the pattern is interpreted, and does the same.
  pcre2_jit_compile(code_->compiled, PCRE2_JIT_COMPLETE);
}

Splitter::~Splitter() {
  pcre2_code_free(code_->compiled);
}

Piece Splitter::first_piece(std::string_view text) const {
  thread_local const MatchData match;
  const std::string_view window = window_of(text);
  const int found = pcre2_match(code_->compiled,
                                reinterpret_cast<PCRE2_SPTR>(window.data()),
                                window.size(),
                                0,
                                PCRE2_NO_UTF_CHECK,
                                match.data,
                                nullptr);
  // The patterns match every character somehow, so this is for a limit of the library's alone.
  if (found < 0) return {first_character(window), true};
  const std::size_t size = pcre2_get_ovector_pointer(match.data)[1];
  if (size == 0) return {first_character(window), true};
  return {size, window.size() < text.size() && size + kLookedAhead > window.size()};
}

}  // namespace patchbay::tokens
