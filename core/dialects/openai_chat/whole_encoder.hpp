// Gathers canonical events into one chat.completion body.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/encoder.hpp"
#include "core/dialects/openai_chat/vocabulary.hpp"

namespace patchbay::dialects::openai_chat {

class WholeEncoder final : public chat::Encoder {
 public:
  struct Options {
    std::string model;        // shown unless the upstream tells its own name
    bool keep_model = false;  // shown whatever the upstream says: it is an alias
  };

  explicit WholeEncoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "application/json"; }
  [[nodiscard]] bool streaming() const override { return false; }
  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  [[nodiscard]] std::string_view vendor_header_prefix() const override { return "openai-"; }
  [[nodiscard]] std::string_view keep_alive() const override { return {}; }
  void show_model(std::string_view json, std::string& out) const override;
  [[nodiscard]] chat::Usage usage() const override { return usage_; }
  void read_usage(std::string_view json) override;

 private:
  struct Tool {
    std::uint32_t item;
    std::string id;
    std::string name;
    std::string arguments;      // escaped
    std::string extra_content;  // JSON, or empty
  };
  struct Choice {
    std::string content;  // escaped, as all texts here
    std::string reasoning;
    std::string refusal;
    std::vector<Tool> tools;
    std::string details;        // elements of reasoning_details
    std::string images;         // elements of images
    std::string logprobs;       // JSON, or empty
    std::string message_extra;  // members after the known ones, each with a comma before it
    std::string choice_extra;
    std::int32_t finish = PBAY_FINISH_STOP;
  };

  Choice& choice(std::uint32_t index);
  void on_text(const pbay_event& event, std::string Choice::*field);
  void on_signature(const pbay_ev_signature& event);
  void on_extra(const pbay_ev_extra& event);
  static Tool* find_tool(Choice& choice, std::uint32_t item);
  static void write_message(const Choice& choice, std::string& out);
  static void write_tools(const Choice& choice, std::string& out);

  const bool keep_model_;
  AnswerHead head_;
  std::vector<Choice> choices_;
  std::string answer_extra_;
  std::string usage_json_;
  std::string raw_;  // the whole body, where the plugin wrote it itself
  chat::Usage usage_;
  std::size_t held_bytes_ = 0;  // about what all of the above holds
};

}  // namespace patchbay::dialects::openai_chat
