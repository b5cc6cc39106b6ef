// One choice of an OpenAI-shaped answer: which block is open, which tool calls are under way. Part
// of OpenAiAnswer.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins {

class OpenAiChoice {
 public:
  OpenAiChoice(const sdk::Host& host, std::uint32_t index) : host_(host), index_(index) {}

  // The next piece, a `delta` or a whole `message`. False if the upstream broke its own format.
  [[nodiscard]] bool read(JsonValue delta, bool is_whole, sdk::Sink& sink);

  // The next piece of a choice that is nothing but text.
  void read_text(JsonValue text, sdk::Sink& sink);

  // The vendor's word for why it ended, `native` the more exact one if it has two. Only the first
  // call has an effect.
  void finish(std::string_view reason, std::string_view native, sdk::Sink& sink);

  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] std::uint32_t index() const { return index_; }

 private:
  enum class Block { kNone, kText, kReasoning, kRefusal, kAudio };

  struct Tool {
    std::int64_t index;     // the upstream's; -1 if it gives none
    std::uint64_t id_hash;  // 0 if it has no id
    std::uint32_t item;
    std::uint64_t delta;  // the delta that had a piece of it last
    bool begun = false;   // TOOL_BEGIN was said, for which its name had to be known
    std::string id;       // until then
    std::string early_arguments;
  };

  sdk::At at(std::uint32_t item) const { return {.choice = index_, .item = item}; }
  sdk::At open(Block block, sdk::Sink& sink);
  void close(sdk::Sink& sink);
  void read_content(JsonValue content, sdk::Sink& sink);
  void read_part(JsonValue part, sdk::Sink& sink);
  void read_reasoning(JsonValue direct, JsonValue details, sdk::Sink& sink);
  void read_detail_proof(JsonValue detail, sdk::Sink& sink);
  void read_tools(JsonValue calls, bool is_whole, sdk::Sink& sink);
  void read_tool(JsonValue call, std::int64_t position, bool is_whole, sdk::Sink& sink);
  Tool* find_tool(std::int64_t index, std::uint64_t id_hash, bool named);
  void begin_tool(Tool& tool, std::string_view name, sdk::Sink& sink);
  void say_arguments(Tool& tool, JsonValue arguments, sdk::Sink& sink);
  void read_image(JsonValue image, sdk::Sink& sink);
  [[nodiscard]] bool read_audio(JsonValue audio, sdk::Sink& sink);
  std::string random_id() const;

  sdk::Host host_;
  std::uint32_t index_;
  std::uint32_t items_ = 0;  // how many have begun
  Block block_ = Block::kNone;
  std::uint32_t block_item_ = 0;
  std::uint64_t deltas_ = 0;
  bool finished_ = false;
  std::vector<Tool> tools_;
  std::string scratch_;
  std::string second_scratch_;
};

// Maps a vendor's word to PBAY_FINISH_*.
std::int32_t finish_reason_of(std::string_view word, bool called_tools);

// 64 bits that tell texts apart (FNV-1a).
std::uint64_t hash_of(std::string_view text);

}  // namespace patchbay::plugins
