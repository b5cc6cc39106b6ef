// The stub's answer, laid out before the first piece of it is sent: the same script and request
// give the same plan. answer_plan.hpp says what is in it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/stub/picture.hpp"
#include "plugins/stub/script.hpp"

namespace patchbay::plugins::stub {

enum class PieceKind {
  kReasoning,
  kText,
  kRefusal,
  kToolBegin,
  kToolArguments,
  kItemEnd,
  kPreview,
  kImage,
  kVector,
  kSegment,
  kLanguage,
  kDuration,
  kAudio,
  kModel,
  kBody
};

// What only few pieces have.
struct Details {
  std::string_view type = {};  // the media type; of an image, empty: it goes out as a URL
  bool is_drawn = false;       // kPreview, kImage: `picture` is the image; otherwise the text is
  PictureOptions picture = {};
  // kPreview: which of its image, from 0; kVector: how many dimensions; kAudio: of how many words
  // this is the first, if it is one
  std::int32_t number = 0;
  std::int64_t begin_us = 0;  // kSegment
  std::int64_t end_us = 0;
};

// One event of every choice. Small, since of words there are many.
struct Piece {
  PieceKind kind;
  std::uint32_t item;  // kVector: the number of the input; kModel: of the model
  // kToolBegin: the tool's name; kVector: the input; kAudio: the word; kImage: a URL
  std::string_view text = {};
  const Details* details = nullptr;

  // Whether the piece is one of those that delays and faults count.
  [[nodiscard]] bool is_token() const;
};

class Plan {
 public:
  // What frames the pieces.
  struct Frame {
    std::string_view id_prefix = {};  // of the answer's id; empty: there is no META
    bool finish = true;               // of every choice
    bool usage = true;
    std::int64_t choices = 1;
    std::int64_t place = 0;  // in the conversation, for ids of tool calls
  };

  Plan() = default;
  Plan(const Plan&) = delete;  // the pieces refer to its texts
  Plan& operator=(const Plan&) = delete;

  // Begins; called once, first.
  void begin(Script script, const Frame& frame);

  // What is said, word by word, as one item; nothing where there is nothing to say.
  void add_item(PieceKind kind, std::string_view text);
  void add_words(std::int64_t count);
  void add_tool(const ScriptedTool& tool);
  // Anything else. Its text must outlive the plan: see keep().
  void add(const Piece& piece) { pieces_.push_back(piece); }
  void add(PieceKind kind, std::uint32_t item, std::string_view text, const Details& details) {
    pieces_.push_back({kind, item, text, &details_.emplace_back(details)});
  }
  [[nodiscard]] std::string_view keep(std::string text) {
    return kept_.emplace_back(std::move(text));
  }

  void finish_with(std::string word, std::int32_t reason);
  // Counts what the script does not say. Called last.
  void count(std::int64_t input);

  [[nodiscard]] const Frame& frame() const { return frame_; }
  [[nodiscard]] const Script& script() const { return script_; }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] std::uint32_t next_item() const { return items_; }
  [[nodiscard]] std::int32_t finish_reason() const { return finish_reason_; }
  [[nodiscard]] std::string_view finish_word() const { return finish_word_; }
  // Token counts of all choices together.
  [[nodiscard]] const ScriptedUsage& usage() const { return usage_; }

 private:
  void end_item();

  Frame frame_;
  Script script_;
  std::deque<std::string> kept_;  // a deque: what it holds does not move
  std::deque<Details> details_;
  std::vector<Piece> pieces_;
  std::uint32_t items_ = 0;
  std::int32_t finish_reason_ = 0;
  std::string finish_word_;
  ScriptedUsage usage_;
};

}  // namespace patchbay::plugins::stub
