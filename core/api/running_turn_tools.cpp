// A running turn whose model has called tools of this server: they are run, and the model goes on.

#include <algorithm>
#include <utility>

#include "core/api/running_turn.hpp"
#include "core/conversations/server_tools.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

using conversations::ToolCall;

// A model that only ever calls tools is ended here.
constexpr unsigned kToolRoundsMax = 8;

// The calls as an assistant's message, and a comma before it.
std::string message_of(const std::vector<ToolCall>& calls) {
  std::string out = ",";
  json::Writer writer(out);
  writer.begin_object().member("role", "assistant").key("content").null();
  writer.key("tool_calls").begin_array();
  for (const ToolCall& call : calls) {
    writer.begin_object().member("id", call.id).member("type", "function").key("function");
    writer.begin_object().member("name", call.name);
    writer.member("arguments", call.arguments.empty() ? "{}" : call.arguments);
    writer.end_object().end_object();
  }
  writer.end_array().end_object();
  return out;
}

void append_result(std::string& out, const ToolCall& call, std::string_view result) {
  out += ',';
  json::Writer writer(out);
  writer.begin_object().member("role", "tool").member("tool_call_id", call.id);
  writer.member("content", result).end_object();
}

}  // namespace

// Only where all of them are ours: the results of others come from the client, with its next
// request.
bool RunningTurn::wants_tools() const {
  if (!plan_.request_further || failure_ || tool_rounds_ == kToolRoundsMax) return false;
  const std::vector<ToolCall> calls = record_.open_calls();
  return !calls.empty() && std::all_of(calls.begin(), calls.end(), [](const ToolCall& call) {
    return conversations::is_server_tool(call.name);
  });
}

void RunningTurn::run_tools() {
  if (state_ != State::kAnswering) return;
  ++tool_rounds_;
  const std::vector<ToolCall> calls = record_.open_calls();
  further_ += message_of(calls);
  std::string out;
  for (const ToolCall& call : calls) {
    const std::string result = conversations::run_server_tool(call);
    append_result(further_, call, result);
    record_.tool_result(call.id, result);
    dialect_->tool_result(call.id, result, out);
  }
  record_.next_step();
  dialect_->next_step(out);
  begin_stream({});
  write(out);
  call_.reset();
  relay::ClientSide& client = *this;
  call_.emplace(
      relay::Call::Context{*context_.workplace, context_.snapshot->providers},
      plan_.request_further(opened_, further_),
      route_,
      [this] { return make_encoder(); },
      client);
  call_->start();
}

}  // namespace patchbay::api
