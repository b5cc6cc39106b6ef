// What the two AI SDK streams have in common: an answer is a row of parts, of which every event
// begins, continues or ends one. How a part is written is what they differ in.
//
// Only the first choice of an answer is shown: neither has room for others.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/dialects/answer_parts.hpp"
#include "core/dialects/tool_calls.hpp"
#include "core/dialects/translating_encoder.hpp"

namespace patchbay::dialects {

class PartEncoder : public TranslatingEncoder {
 public:
  pbay_status on_event(const pbay_event& event, std::string& out) final;

 protected:
  enum class Words { kText, kReasoning };

  // The parts that every answer begins with, once, before any other.
  virtual void ensure_begun(std::string& out) = 0;
  // REQUIRES: `text`, what of the event can be written now, is not empty.
  virtual pbay_status write_text(Words words,
                                 const pbay_event& event,
                                 std::string_view text,
                                 std::string& out) = 0;
  // Of an item's text; it may have none.
  virtual void end_text(std::uint32_t item, std::string& out) = 0;
  // Of text or reasoning: that of a tool call the host keeps, by the call's id.
  virtual pbay_status write_signature(const pbay_ev_signature& event, std::string& out) = 0;
  virtual void write_tool_begin(const ToolCalls::Call& call, std::string& out) = 0;
  virtual void write_tool_delta(const ToolCalls::Call& call,
                                const pbay_event& event,
                                std::string_view text,
                                std::string& out) = 0;
  // `arguments` is a JSON object in one line.
  virtual void write_tool_call(const ToolCalls::Call& call,
                               std::string_view arguments,
                               std::string& out) = 0;
  // Of a finished image: previews could not be taken back.
  virtual void write_image(const pbay_ev_image& event, std::string& out) = 0;
  // `id` is one of its own within the answer.
  virtual void write_source(const Source& source, std::string_view id, std::string& out) = 0;

  // Ends the tool calls that are still open.
  void end_tools(std::string& out);
  // Before the next step of the same answer, which has calls and an end of its own.
  void begin_step();
  // Why the step ended, as the AI SDK spells it.
  [[nodiscard]] std::string_view finish_word() const;

 private:
  pbay_status begin_tool(const pbay_ev_tool& event, std::string& out);
  pbay_status add_arguments(const pbay_ev_text& event, std::string& out);
  void end_tool(ToolCalls::Call& call, std::string& out);
  void add_sources(const pbay_ev_extra& event, std::string& out);
  pbay_status add_text(Words words, const pbay_event& event, std::string& out);

  ToolCalls tools_;
  std::int32_t finish_ = PBAY_FINISH_STOP;
  std::uint32_t sources_ = 0;
};

}  // namespace patchbay::dialects
