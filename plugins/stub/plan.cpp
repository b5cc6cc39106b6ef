#include "plugins/stub/plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay::plugins::stub {
namespace {

// With their blanks, so that a piece of an answer is a view of one.
constexpr std::array<std::string_view, 16> kWords{" amber",
                                                  " bridge",
                                                  " copper",
                                                  " dune",
                                                  " ember",
                                                  " fjord",
                                                  " grove",
                                                  " harbor",
                                                  " island",
                                                  " jade",
                                                  " kettle",
                                                  " lantern",
                                                  " meadow",
                                                  " north",
                                                  " orchard",
                                                  " pebble"};
constexpr std::size_t kArgumentBytes = 16;  // of a piece of a tool's arguments

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The first word of `text` with the white space before it; the last one has what follows it too, so
// that the pieces together are the text.
std::string_view next_token(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_space(text[end]))
    ++end;
  while (end < text.size() && !is_space(text[end]))
    ++end;
  const bool last =
      std::all_of(text.begin() + static_cast<std::ptrdiff_t>(end), text.end(), is_space);
  return last ? text : text.substr(0, end);
}

// At most kArgumentBytes, ending between two characters.
std::string_view next_arguments(std::string_view text) {
  std::size_t end = std::min(kArgumentBytes, text.size());
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    ++end;
  return text.substr(0, end);
}

}  // namespace

bool Piece::is_token() const {
  switch (kind) {
    case PieceKind::kToolBegin:
    case PieceKind::kItemEnd:
    case PieceKind::kSegment:
    case PieceKind::kLanguage:
    case PieceKind::kDuration:
      return false;
    default:
      return true;
  }
}

void Plan::begin(Script script, const Frame& frame) {
  script_ = std::move(script);
  frame_ = frame;
}

void Plan::finish_with(std::string word, std::int32_t reason) {
  finish_word_ = std::move(word);
  finish_reason_ = reason;
}

void Plan::add_item(PieceKind kind, std::string_view text) {
  if (text.empty()) return;
  while (!text.empty()) {
    const std::string_view token = next_token(text);
    pieces_.push_back({kind, items_, token});
    text.remove_prefix(token.size());
  }
  end_item();
}

void Plan::add_words(std::int64_t count) {
  if (count == 0) return;
  for (std::int64_t i = 0; i < count; ++i) {
    // Seven is prime to sixteen, so every word has its turn before one comes again.
    std::string_view word = kWords[static_cast<std::size_t>(i) * 7 % kWords.size()];
    if (i == 0) word.remove_prefix(1);
    pieces_.push_back({PieceKind::kText, items_, word});
  }
  end_item();
}

void Plan::add_tool(const ScriptedTool& tool) {
  pieces_.push_back({PieceKind::kToolBegin, items_, tool.name});
  std::string_view rest = tool.arguments;
  while (!rest.empty()) {
    const std::string_view part = next_arguments(rest);
    pieces_.push_back({PieceKind::kToolArguments, items_, part});
    rest.remove_prefix(part.size());
  }
  end_item();
}

void Plan::end_item() {
  pieces_.push_back({PieceKind::kItemEnd, items_, {}});
  ++items_;
}

void Plan::count(std::int64_t input) {
  std::int64_t tokens = 0;
  std::int64_t reasoning = 0;
  for (const Piece& piece : pieces_) {
    tokens += piece.is_token() ? 1 : 0;
    reasoning += piece.kind == PieceKind::kReasoning ? 1 : 0;
  }
  if (script_.usage) usage_ = *script_.usage;
  if (usage_.input < 0) usage_.input = input;
  if (usage_.output < 0) usage_.output = tokens * frame_.choices;
  if (usage_.reasoning < 0) usage_.reasoning = reasoning * frame_.choices;
  if (usage_.cache_read < 0) usage_.cache_read = 0;
}

}  // namespace patchbay::plugins::stub
