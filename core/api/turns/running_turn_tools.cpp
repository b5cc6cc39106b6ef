// A running turn whose model has called tools of this server: they are run, and the model goes on.

#include <algorithm>
#include <utility>

#include "core/api/turns/running_turn.hpp"
#include "core/relay/limits.hpp"

namespace patchbay::api {
namespace {

using conversations::ToolCall;

// A model that only ever calls tools is ended here.
constexpr unsigned kToolRoundsMax = 8;

}  // namespace

// Only where all of them are ours: the results of others come from the client, with its next
// request.
bool RunningTurn::wants_tools() const {
  if (!plan_.request_further || failure_ || tool_rounds_ == kToolRoundsMax) return false;
  const std::vector<ToolCall> calls = record_.open_calls();
  return !calls.empty() && std::all_of(calls.begin(), calls.end(), [this](const ToolCall& call) {
    return find_tool(plan_.tools, call.name) != nullptr;
  });
}

void RunningTurn::run_tools() {
  if (state_ != State::kAnswering) return;
  ++tool_rounds_;
  begin_stream({});
  tools_.emplace(
      context_,
      ToolRound::Plan{.tools = plan_.tools,
                      .calls = record_.open_calls(),
                      .conversation_id = opened_.conversation.id,
                      .timeout = context_.snapshot->chat.tool_timeout},
      [this](const ToolCall& call, const ToolResult& result) { on_tool_result(call, result); },
      [this] { go_on_after_tools(); });
  tools_->start();
  silence_timer_.arm(relay::limits::kKeepAlive);
}

void RunningTurn::on_tool_result(const ToolCall& call, const ToolResult& result) {
  std::string out;
  record_.tool_result(call.id, result.json);
  dialect_->tool_result(call.id, result.json, out);
  write(out);
}

// While tools are at work there is no call that would keep the client's connection alive.
void RunningTurn::on_silence() {
  if (!tools_) return;
  write(dialect_->keep_alive());
  silence_timer_.arm(relay::limits::kKeepAlive);
}

void RunningTurn::end_tools() {
  tools_.reset();
  silence_timer_.cancel();
}

void RunningTurn::go_on_after_tools() {
  further_ += tools_->messages();
  end_tools();
  std::string out;
  record_.next_step();
  dialect_->next_step(out);
  write(out);
  relay::CallRequest request = plan_.request_further(opened_, further_);
  request.deadline = Time::max();  // the client's was for the beginning of the answer
  call_.reset();
  relay::ClientSide& client = *this;
  call_.emplace(
      relay::Call::Context{*context_.workplace, context_.snapshot->providers},
      std::move(request),
      route_,
      [this] { return make_encoder(); },
      client);
  call_->start();
}

}  // namespace patchbay::api
