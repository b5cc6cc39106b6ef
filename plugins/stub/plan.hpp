// The stub's answer, laid out before the first piece of it is sent: the same script and request
// give the same plan.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/stub/chat_request.hpp"
#include "plugins/stub/script.hpp"

namespace patchbay::plugins::stub {

enum class PieceKind { kReasoning, kText, kRefusal, kToolBegin, kToolArguments, kItemEnd };

// One event of every choice.
struct Piece {
  PieceKind kind;
  std::uint32_t item;
  std::string_view text;  // of kToolBegin: the tool's name
  [[nodiscard]] bool is_token() const {
    return kind != PieceKind::kToolBegin && kind != PieceKind::kItemEnd;
  }
};

class Plan {
 public:
  Plan() = default;
  Plan(const Plan&) = delete;  // the pieces refer to its texts
  Plan& operator=(const Plan&) = delete;

  // What `script` says about a request, or if it does not say, the tool that the request demands or
  // a friendly sentence. Called once.
  void lay_out(Script script, const ChatRequest& request);

  [[nodiscard]] const Script& script() const { return script_; }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] std::int32_t finish_reason() const { return finish_reason_; }
  [[nodiscard]] std::string_view finish_word() const { return finish_word_; }
  // Token counts of all choices together.
  [[nodiscard]] const ScriptedUsage& usage() const { return usage_; }

 private:
  void add_item(PieceKind kind, std::string_view text);
  void add_words(std::int64_t count);
  void add_tool(const ScriptedTool& tool);
  void end_item();
  void lay_out_content(const ChatRequest& request);
  void count(const ChatRequest& request);

  Script script_;
  std::string text_;
  std::vector<Piece> pieces_;
  std::uint32_t items_ = 0;
  std::int32_t finish_reason_ = 0;
  std::string finish_word_;
  ScriptedUsage usage_;
};

}  // namespace patchbay::plugins::stub
