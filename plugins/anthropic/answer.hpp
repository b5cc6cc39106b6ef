// Reads the answers of the Messages API, in one piece or as a stream, and says them as Patchbay's
// events.
//
//   block of the answer                event
//   text                               TEXT, one item a block
//   thinking, its signature            REASONING, SIGNATURE (anthropic.signature)
//   redacted_thinking                  SIGNATURE (anthropic.redacted)
//   tool_use                           TOOL_BEGIN, TOOL_ARGS
//   citations of a text                EXTRA annotations (pages of the web), citations (others),
//                                      all of an answer at its end: clients cannot join lists
//   what the vendor runs itself        nothing: server_tool_use, its results, and whatever is new
//
// One object reads one answer. Text goes from the frame to the sink without a copy, and a delta
// costs no allocation.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sink.hpp"
#include "plugins/anthropic/answer_usage.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::anthropic {

class Answer {
 public:
  enum class Outcome {
    kMore,    // so far, so good
    kDone,    // the upstream said that this was all
    kFailed,  // error() says why; nothing more is to be fed
  };

  // One event of a stream: its data. What kind it is stands in it.
  Outcome event(std::string_view data, sdk::Sink& sink);

  // An answer that came in one piece. Followed by end().
  Outcome whole(std::string_view body, sdk::Sink& sink);

  // The body has ended as its framing promised; kFailed if the answer is not complete. Does nothing
  // after kDone.
  Outcome end(sdk::Sink& sink);

  // Whether it is over: complete or failed.
  [[nodiscard]] bool ended() const { return ended_; }
  // Why it failed.
  [[nodiscard]] const UpstreamError& error() const { return error_; }

 private:
  static constexpr std::uint32_t kNoItem = 0xFFFFFFFF;
  enum class Kind : std::uint8_t { kText, kThinking, kRedacted, kTool, kOther };
  struct Block {
    std::int64_t index = 0;  // the vendor's
    Kind kind = Kind::kOther;
    bool open = false;
    bool has_args = false;
    std::uint32_t item = kNoItem;  // until something of it is said
    std::uint64_t begin = 0;       // of a text, counted in characters of all texts
    std::string proof;             // of thinking, until the block ends
    std::string input;             // of a tool call, where it came with the block's beginning
    std::string annotations;       // as below, but for the end of the text they belong to
  };

  Outcome fail(UpstreamError error);
  Outcome fail(std::string message) { return fail(upstream_fault(std::move(message))); }
  static Kind kind_of(JsonValue type);
  Outcome begin_block(JsonValue root, sdk::Sink& sink);
  bool open_block(std::int64_t index, JsonValue content, sdk::Sink& sink);
  void read_delta(Block& block, JsonValue delta, sdk::Sink& sink);
  void read_citation(Block& block, JsonValue citation);
  void close_block(Block& block, sdk::Sink& sink);
  void end_annotations(Block& block);
  void say_collected(std::string_view key, std::string& list, sdk::Sink& sink);
  void say_text(Block& block, std::string_view escaped, sdk::Sink& sink);
  void say_thinking(Block& block, std::string_view escaped, sdk::Sink& sink);
  void say_meta(JsonValue message, sdk::Sink& sink);
  void say_usage(JsonValue usage, sdk::Sink& sink);
  void say_finish(JsonValue holder, sdk::Sink& sink);
  Block* find_block(std::int64_t index);
  // The place of a block, in the order in which blocks are first heard of.
  sdk::At at(Block& block);

  JsonText json_;
  std::vector<Block> blocks_;  // the open ones are few; the others are used again
  AnswerUsage usage_;
  UpstreamError error_;
  std::string scratch_, second_scratch_;
  std::string citations_, annotations_;  // JSON objects with commas between them
  std::uint32_t items_ = 0;
  std::uint32_t tools_ = 0;
  std::uint64_t characters_ = 0;  // of all texts so far
  bool meta_said_ = false;
  bool finished_ = false;
  bool ended_ = false;
};

}  // namespace patchbay::plugins::anthropic
