// Writes canonical events as chat.completion.chunk events, as strict clients want them.
//
// Every choice begins with its role and ends with a finish reason; tool calls are numbered densely
// per choice; usage comes once, in a chunk without choices, and only where it was asked for.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/encoder.hpp"
#include "core/dialects/openai_chat/vocabulary.hpp"

namespace patchbay::dialects::openai_chat {

class StreamEncoder final : public chat::Encoder {
 public:
  struct Options {
    std::string model;           // shown unless the upstream tells its own name
    bool keep_model = false;     // shown whatever the upstream says: it is an alias
    bool include_usage = false;  // the client asked for the usage chunk
  };

  explicit StreamEncoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  [[nodiscard]] bool streaming() const override { return true; }
  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  [[nodiscard]] std::string_view vendor_header_prefix() const override { return "openai-"; }
  [[nodiscard]] std::string_view keep_alive() const override { return ": keep-alive\n\n"; }
  void show_model(std::string_view json, std::string& out) const override;
  [[nodiscard]] chat::Usage usage() const override { return usage_; }
  void read_usage(std::string_view json) override;

 private:
  struct Tool {
    std::uint32_t item;
    std::uint32_t index;  // among the choice's tool calls, from 0
    bool has_args;
  };
  struct Choice {
    bool begun = false;
    bool finished = false;
    std::vector<Tool> tools;
  };

  Choice& choice(std::uint32_t index);
  void ensure_begun(std::uint32_t index, std::string& out);
  void open_chunk(std::uint32_t index, std::string& out);
  void close_chunk(std::string_view finish, std::string& out);
  void write_delta_text(const pbay_ev_text& event, std::string_view field, std::string& out);
  void write_tool_begin(const pbay_ev_tool& event, std::string& out);
  void write_tool_args(const pbay_ev_text& event, std::string& out);
  void write_tool_text(std::uint32_t index,
                       std::uint32_t tool,
                       std::string_view json,
                       std::string& out);
  void end_item(const pbay_event& event, std::string& out);
  void write_finish(const pbay_ev_finish& event, std::string& out);
  void finish_choice(std::uint32_t index, std::int32_t reason, std::string& out);
  void write_signature(const pbay_ev_signature& event, std::string& out);
  void write_image(const pbay_ev_image& event, std::string& out);
  void write_extra(const pbay_ev_extra& event, std::string& out);
  void take_usage(const pbay_ev_usage& event);
  Tool* find_tool(Choice& choice, std::uint32_t item);

  const bool keep_model_;
  const bool include_usage_;
  AnswerHead head_;
  std::string prefix_;  // what every chunk begins with; made with the first one
  std::vector<Choice> choices_;
  std::string usage_json_;
  chat::Usage usage_;
  bool raw_ = false;  // the plugin writes the chunks itself
};

}  // namespace patchbay::dialects::openai_chat
