// The tools that a model has called in one breath: run side by side, each within its bounds, until
// all of them have a result.
//
// A result there always is: a tool that fails, is late or says too much gives the model
// {"error":"..."} to read, and the answer goes on. Destroying a round ends what still runs.
//
// Threads: everything on the worker of the context's workplace.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/reply.hpp"
#include "core/api/tools/server_tool.hpp"

namespace patchbay::api {

struct ToolResult {
  std::string text;  // as the tool said it; what the model reads
  std::string json;  // the same as one JSON value; what clients are shown, and what is stored
};

class ToolRound {
 public:
  // What one tool may say.
  static constexpr std::size_t kResultBytesMax = 256 * 1024;
  // Calls beyond these wait for others to end.
  static constexpr std::size_t kAtOnceMax = 16;

  struct Plan {
    ToolSet tools;
    std::vector<conversations::ToolCall> calls;
    std::string conversation_id;
    std::chrono::milliseconds timeout;  // of each call
    std::size_t result_bytes_max = kResultBytesMax;
    std::size_t at_once_max = kAtOnceMax;
  };

  using OnResult = std::function<void(const conversations::ToolCall&, const ToolResult&)>;

  // `on_result` is called for each call as its result comes, and must not destroy the round;
  // `on_end` once, after all of them and not within start(), and may. The context is copied.
  ToolRound(const Context& context, Plan plan, OnResult on_result, std::function<void()> on_end);
  ~ToolRound();

  void start();

  // The calls, and what came of them, as an assistant's message and the tools' ones, each with a
  // comma before it; in the order of the calls. REQUIRES: it has ended.
  [[nodiscard]] std::string messages() const;

 private:
  struct Running;

  void go_on();
  void begin(Running& running);
  void take(Running& running, ServerTool::Result result);
  void end(Running& running, ToolResult result);

  const Context context_;
  const Plan plan_;
  const OnResult on_result_;
  std::function<void()> on_end_;
  std::size_t begun_ = 0;
  std::size_t ended_ = 0;
  reactor::Deferred go_on_;
  std::vector<std::unique_ptr<Running>> running_;  // a call each, in their order
};

}  // namespace patchbay::api
