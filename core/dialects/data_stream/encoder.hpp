// Writes canonical events as the AI SDK's data stream, version 1, which its clients of the fourth
// generation read: one part a line, a code, a colon and JSON.
//
//   f:{"messageId":"..."}
//   0:"Hello"
//   e:{"finishReason":"stop","usage":{"promptTokens":3,"completionTokens":1},"isContinued":false}
//   d:{"finishReason":"stop","usage":{"promptTokens":3,"completionTokens":1}}
//
// Those clients give the whole answer up at anything that they do not expect: a code they do not
// know, arguments of a tool that are no object, a tool's arguments before its name. docs/streams.md
// has the table.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/part_encoder.hpp"

namespace patchbay::dialects::data_stream {

// The header by which clients and what stands before them know such an answer, and its value.
inline constexpr std::string_view kHeader = "x-vercel-ai-data-stream";
inline constexpr std::string_view kHeaderValue = "v1";

class Encoder final : public PartEncoder {
 public:
  struct Options {
    std::string message_id = {};       // "": a new one
    std::string conversation_id = {};  // of a new conversation, for the client; "" tells of none
    bool image_mode = false;           // images are Markdown text, and tokens are not counted
    bool as_plain = false;             // text/plain instead of text/event-stream
  };

  explicit Encoder(Options options);

  [[nodiscard]] std::string_view content_type() const override;
  void tool_result(std::string_view call_id, std::string_view json, std::string& out) override;
  void next_step(std::string& out) override;
  void finish(std::string& out) override;
  // With the finish reason "unknown", the one of that generation for what nobody ended properly.
  void stopped(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  // Clients skip empty lines; a comment, as in an event stream, would end them.
  [[nodiscard]] std::string_view keep_alive() const override { return "\n"; }

 private:
  void ensure_begun(std::string& out) override;
  pbay_status write_text(Words words,
                         const pbay_event& event,
                         std::string_view text,
                         std::string& out) override;
  void end_text(std::uint32_t, std::string&) override {}
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
  void end_with(std::string_view reason, std::string& out);
  void write_finish(std::string_view reason, std::string& out) const;

  const Options options_;
  bool begun_ = false;
  bool has_text_ = false;
};

}  // namespace patchbay::dialects::data_stream
