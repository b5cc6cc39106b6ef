// What messages of useChat consist of, part by part, turned into content and tool calls of
// openai.chat/1.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/chat/failure.hpp"
#include "core/dialects/chat_route/attachment.hpp"
#include "core/json/view.hpp"

namespace patchbay::dialects::chat_route {

// Adds a line to a text of several.
void append_line(std::string& text, std::string_view line);

// The members that any kind of part may have, by the names of every generation.
struct PartMembers {
  std::string type;
  std::optional<json::View> text;             // checked to be a string
  std::optional<json::View> tool_invocation;  // an object
  std::optional<json::View> input;            // or args
  std::optional<json::View> output;           // or result
  std::optional<json::View> details;          // of reasoning
  std::optional<json::View> metadata;         // providerMetadata
  std::string state;
  std::string tool_call_id;
  std::string tool_name;
  std::string error_text;
  std::string media_type;  // or mimeType, contentType
  std::string url;
  std::string data;      // base64
  std::string filename;  // or name

  // Reads the part at `path`. Returns what has the wrong type.
  [[nodiscard]] std::optional<chat::Failure> take(json::View part, const std::string& path);
};

// The content of a system or user message.
class UserContent {
 public:
  void add_text(std::string_view text);
  [[nodiscard]] std::optional<chat::Failure> take_parts(json::View parts, const std::string& path);
  // useChat 4: [{"name","contentType","url"}]
  [[nodiscard]] std::optional<chat::Failure> take_attachments(json::View list,
                                                              const std::string& path);

  // A string where there is text alone, else an array.
  [[nodiscard]] std::string json() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::optional<chat::Failure> add_file(const PartMembers& part,
                                                      const std::string& path);

  std::string elements_;  // of the array
  std::string text_;
  bool only_text_ = true;
};

// An assistant's message: text, reasoning and tool calls of each step, then the results of its
// calls.
class AssistantSteps {
 public:
  // Messages are appended to `out`, the inside of an array.
  explicit AssistantSteps(std::string& out) : out_(out) {}

  void add_text(std::string_view text);
  [[nodiscard]] std::optional<chat::Failure> take_parts(json::View parts, const std::string& path);
  // useChat 4: [{"state","toolCallId","toolName","args","result"}]
  [[nodiscard]] std::optional<chat::Failure> take_invocations(json::View list,
                                                              const std::string& path);
  // Writes what was taken since the last step; nothing where there was nothing.
  void end_step();

 private:
  void add_reasoning(const PartMembers& part);
  void add_tool(const PartMembers& part);

  std::string& out_;
  std::string text_;
  std::string details_;  // of reasoning_details
  std::string calls_;    // of tool_calls
  std::string results_;  // messages of the role tool, each with a comma before it
};

}  // namespace patchbay::dialects::chat_route
