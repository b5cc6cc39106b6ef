// One candidate of an answer, which is one of its choices: which block is open, whether a tool was
// called, and why it ended. Part of GeminiAnswer.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

class Candidate {
 public:
  Candidate(const sdk::Host& host, std::uint32_t index) : host_(host), index_(index) {}

  // The next parts. False if the upstream broke its own format.
  [[nodiscard]] bool read(JsonValue parts, sdk::Sink& sink);

  // The vendor's word for why it ended; the last one counts.
  void set_reason(JsonValue reason);
  // Says how it ended. Only the first call has an effect.
  void finish(sdk::Sink& sink);

  [[nodiscard]] bool has_reason() const { return !reason_.empty(); }
  [[nodiscard]] std::uint32_t index() const { return index_; }
  // Whether that word, if it is one, means anything but an ordinary end.
  [[nodiscard]] static bool ended_badly(JsonValue reason);

 private:
  enum class Block { kNone, kText, kReasoning, kAudio };

  sdk::At at(std::uint32_t item) const { return {.choice = index_, .item = item}; }
  sdk::At open(Block block, sdk::Sink& sink);
  void close(sdk::Sink& sink);
  bool read_part(JsonValue part, JsonValue parts, sdk::Sink& sink);
  void read_text(JsonValue text, bool is_thought, JsonValue signature, sdk::Sink& sink);
  void read_call(JsonValue call, JsonValue signature, sdk::Sink& sink);
  bool read_data(JsonValue data, bool is_thought, JsonValue signature, sdk::Sink& sink);
  bool read_audio(JsonValue data, std::string_view type, sdk::Sink& sink);
  void read_image(std::int32_t kind,
                  JsonValue data,
                  std::string_view type,
                  JsonValue signature,
                  sdk::Sink& sink);
  void say_other(std::string_view name, JsonValue value, sdk::Sink& sink);
  void say_signature(sdk::At place, JsonValue signature, sdk::Sink& sink);
  std::string random_id() const;

  sdk::Host host_;
  std::uint32_t index_;
  std::uint32_t items_ = 0;  // how many have begun
  Block block_ = Block::kNone;
  std::uint32_t block_item_ = 0;
  std::int32_t previews_ = 0;  // pictures that were thoughts
  unsigned calls_ = 0;         // of tools that the client is to run
  bool finished_ = false;
  std::string reason_;
  std::string scratch_;
  std::string second_scratch_;
};

// PBAY_FINISH_* for the vendor's word.
std::int32_t finish_reason_of(std::string_view word, bool called_tools);

}  // namespace patchbay::plugins::gemini
