// What an answer has said so far, as it will be stored: its text, and its parts where there are
// more than text.
//
//   record.take(event);                    // every event that the client was shown
//   update.content = record.text();
//
// Only the first choice of an answer is kept: a conversation goes on from one. Not thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/usage.hpp"
#include "core/conversations/tool_call.hpp"
#include "patchbay/abi.h"

namespace patchbay::conversations {

class AnswerRecord {
 public:
  void take(const pbay_event& event);

  // An image whose URL leads to a stored file, by its id.
  void take_kept(const pbay_ev_image& image, std::string_view file);

  // The result, as JSON, of a tool call that was run on this side of the client.
  void tool_result(std::string_view call_id, std::string_view json);

  // The calls of tools that no result has come for yet.
  [[nodiscard]] std::vector<ToolCall> open_calls() const;

  // As if the image had never come.
  void drop_image(std::string_view url);

  // What follows counts its items from 0 again.
  void next_step() { step_ = blocks_.size(); }

  // The pieces of text together; an image stands in it as Markdown. Without zero bytes and in valid
  // UTF-8, whatever came.
  [[nodiscard]] std::string text() const;

  // A JSON array of all parts (records.hpp) where there is more than text; else "".
  [[nodiscard]] std::string parts() const;

  [[nodiscard]] const std::string& model() const { return model_; }  // as the upstream says
  [[nodiscard]] const chat::Usage& usage() const { return usage_; }
  [[nodiscard]] bool empty() const { return blocks_.empty(); }

  // Grows with what is taken; to see whether there is enough new to be worth a write.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  enum class Kind { kText, kReasoning, kTool, kToolResult, kImage };

  struct Block {
    Kind kind = Kind::kText;
    std::uint32_t item = 0;
    std::string escaped;     // text, or a tool's arguments: the inside of a JSON string
    std::string id;          // of a tool call
    std::string name;        // of a tool, or an image's media type
    std::string json;        // a tool's result
    std::string url;         // of an image
    std::string file;        // where its bytes are stored here: the file's id
    std::string annotation;  // an image's revised prompt
  };

  void add_text(Kind kind, const pbay_event& event);
  void add_arguments(const pbay_event& event);
  void add_image(const pbay_ev_image& image);
  Block& block_for(Kind kind, std::uint32_t item);
  [[nodiscard]] static std::string part(const Block& block);

  std::vector<Block> blocks_;
  std::string model_;
  std::size_t step_ = 0;  // the first block of this step
  chat::Usage usage_;
  std::size_t bytes_ = 0;
};

}  // namespace patchbay::conversations
