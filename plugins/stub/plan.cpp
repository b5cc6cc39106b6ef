#include "plugins/stub/plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/shared/openai_choice.hpp"

namespace patchbay::plugins::stub {
namespace {

constexpr std::string_view kDefaultReply = "Hello from Patchbay";

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

void Plan::lay_out(Script script, const ChatRequest& request) {
  script_ = std::move(script);
  // A tool that the request demands comes before what was configured to be said, but not before
  // what this request's own script says.
  if (request.tool_is_forced && !request.script.says_what() && script_.tools.empty()) {
    Script forced;
    forced.tools.push_back(request.forced_tool);
    script_.put_over(std::move(forced));
  }
  if (script_.reasoning) add_item(PieceKind::kReasoning, *script_.reasoning);
  lay_out_content(request);
  for (const ScriptedTool& tool : script_.tools)
    add_tool(tool);

  finish_word_ = script_.finish.value_or(script_.tools.empty() ? "stop" : "tool_calls");
  // A script's own word counts as it is; only "stop" beside tool calls would be a contradiction.
  finish_reason_ = finish_reason_of(finish_word_, !script_.tools.empty());
  count(request);
}

void Plan::lay_out_content(const ChatRequest& request) {
  if (script_.refusal) return add_item(PieceKind::kRefusal, *script_.refusal);
  if (script_.tokens) return add_words(*script_.tokens);
  if (script_.echo) {
    text_ = request.last_user_text;
  } else if (script_.image) {
    text_ = "![Generated Image](" + *script_.image + ")";
  } else if (script_.reply) {
    text_ = *script_.reply;
  } else if (script_.tools.empty()) {
    text_ = kDefaultReply;
  }
  add_item(PieceKind::kText, text_);
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

void Plan::count(const ChatRequest& request) {
  std::int64_t tokens = 0;
  std::int64_t reasoning = 0;
  for (const Piece& piece : pieces_) {
    tokens += piece.is_token() ? 1 : 0;
    reasoning += piece.kind == PieceKind::kReasoning ? 1 : 0;
  }
  if (script_.usage) usage_ = *script_.usage;
  if (usage_.input < 0) usage_.input = request.prompt_words;
  if (usage_.output < 0) usage_.output = tokens * request.choices;
  if (usage_.reasoning < 0) usage_.reasoning = reasoning * request.choices;
  if (usage_.cache_read < 0) usage_.cache_read = 0;
}

}  // namespace patchbay::plugins::stub
