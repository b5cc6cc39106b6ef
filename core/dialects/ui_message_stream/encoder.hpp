// Writes canonical events as the AI SDK's UI message stream, which its clients read from the fifth
// generation on: an event stream of typed JSON objects.
//
//   data: {"type":"start","messageId":"..."}
//   data: {"type":"start-step"}
//   data: {"type":"text-start","id":"0"}
//   data: {"type":"text-delta","id":"0","delta":"Hello"}
//   data: {"type":"text-end","id":"0"}
//   data: {"type":"finish-step"}
//   data: {"type":"finish","messageMetadata":{"finishReason":"stop"}}
//   data: [DONE]
//
// The first clients of that generation refuse every key that they do not know, so that nothing here
// has more than what 5.0.0 took; what later ones have keys for stands in messageMetadata.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dialects/part_encoder.hpp"

namespace patchbay::dialects::ui_message_stream {

// The header by which clients and what stands before them know such an answer, and its value.
inline constexpr std::string_view kHeader = "x-vercel-ai-ui-message-stream";
inline constexpr std::string_view kHeaderValue = "v1";

class Encoder final : public PartEncoder {
 public:
  struct Options {
    std::string message_id = {};       // "": a new one
    std::string conversation_id = {};  // of a new conversation, for the client; "" tells of none
  };

  explicit Encoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  void tool_result(std::string_view call_id, std::string_view json, std::string& out) override;
  void next_step(std::string& out) override;
  void finish(std::string& out) override;
  // {"type":"abort"} where finish-step and finish would stand, as the SDK's own servers write it.
  void stopped(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  [[nodiscard]] std::string_view keep_alive() const override { return ": keep-alive\n\n"; }

 private:
  struct Block {
    std::uint32_t item;
    Words words;
  };

  void ensure_begun(std::string& out) override;
  // Begins the block of text of an item unless it has begun; false if too many have.
  [[nodiscard]] bool open(std::uint32_t item, Words words, std::string& out);
  [[nodiscard]] bool is_open(std::uint32_t item, Words words) const;
  static void write_end(const Block& block, std::string& out);
  pbay_status write_text(Words words,
                         const pbay_event& event,
                         std::string_view text,
                         std::string& out) override;
  void end_text(std::uint32_t item, std::string& out) override;
  pbay_status write_signature(const pbay_ev_signature& event, std::string& out) override;
  void write_tool_begin(const ToolCalls::Call& call, std::string& out) override;
  void write_tool_delta(const ToolCalls::Call& call,
                        const pbay_event& event,
                        std::string_view text,
                        std::string& out) override;
  void write_tool_call(const ToolCalls::Call& call,
                       std::string_view arguments,
                       std::string& out) override;
  void write_image(const pbay_ev_image& event, std::string& out) override;
  void write_source(const Source& source, std::string_view id, std::string& out) override;
  void end_all(std::string& out);

  const Options options_;
  std::vector<Block> open_;  // in the order in which they began
  bool begun_ = false;
};

}  // namespace patchbay::dialects::ui_message_stream
