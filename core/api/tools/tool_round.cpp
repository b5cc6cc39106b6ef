#include "core/api/tools/tool_round.hpp"

#include <utility>

#include "core/conversations/storable_text.hpp"
#include "core/json/scan.hpp"
#include "core/json/write.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::api {
namespace {

using conversations::ToolCall;

ToolResult error_result(std::string_view message) {
  std::string json;
  json::Writer writer(json);
  writer.begin_object().member("error", conversations::storable(message)).end_object();
  return {json, json};
}

ToolResult result_of(std::string said) {
  if (json::validate(said)) return {said, said};
  ToolResult result{conversations::storable(said), {}};
  json::append_string(result.json, result.text);
  return result;
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto ms = time.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

struct ToolRound::Running {
  Running(reactor::Worker& worker, ToolCall called, std::function<void()> on_late)
      : call(std::move(called)),
        began(Clock::now()),
        late(worker, std::move(on_late), "time limit of a tool") {}

  ToolCall call;
  Time began;
  std::optional<ToolResult> result;
  std::unique_ptr<ToolRun> run;
  reactor::Timer late;
};

ToolRound::ToolRound(const Context& context,
                     Plan plan,
                     OnResult on_result,
                     std::function<void()> on_end)
    : context_(context),
      plan_(std::move(plan)),
      on_result_(std::move(on_result)),
      on_end_(std::move(on_end)),
      go_on_(
          context.workplace->worker, [this] { go_on(); }, "tools of an answer") {}

ToolRound::~ToolRound() = default;

void ToolRound::start() {
  running_.reserve(plan_.calls.size());
  for (const ToolCall& call : plan_.calls) {
    auto& running = running_.emplace_back();
    running = std::make_unique<Running>(
        context_.workplace->worker, call, [this, index = running_.size() - 1] {
          end(*running_[index],
              error_result("The tool did not answer within " + seconds_text(plan_.timeout)));
        });
  }
  go_on_.schedule();
}

void ToolRound::go_on() {
  while (begun_ < running_.size() && begun_ - ended_ < plan_.at_once_max)
    begin(*running_[begun_++]);
  if (ended_ < running_.size() || !on_end_) return;
  const std::function<void()> on_end = std::exchange(on_end_, {});  // which may destroy us
  on_end();
}

void ToolRound::begin(Running& running) {
  const ServerTool* tool = find_tool(plan_.tools, running.call.name);
  if (tool == nullptr) return end(running, error_result("There is no such tool"));
  if (running.call.arguments.empty()) running.call.arguments = "{}";
  if (!json::scan(running.call.arguments, {})) {
    return end(running, error_result("The arguments are not a JSON object"));
  }
  running.began = Clock::now();
  running.late.arm(plan_.timeout);
  auto run =
      tool->run(running.call,
                {.context = context_,
                 .conversation_id = plan_.conversation_id,
                 .deadline = running.began + plan_.timeout,
                 .result_bytes_max = plan_.result_bytes_max},
                [this, &running](ServerTool::Result result) { take(running, std::move(result)); });
  if (!running.result) running.run = std::move(run);
}

void ToolRound::take(Running& running, ServerTool::Result result) {
  if (const auto* failure = std::get_if<chat::Failure>(&result)) {
    return end(running, error_result(failure->message));
  }
  auto& said = std::get<std::string>(result);
  if (said.size() > plan_.result_bytes_max) {
    const std::string most = std::to_string(plan_.result_bytes_max);
    return end(running, error_result("The result is larger than " + most + " bytes"));
  }
  end(running, result_of(std::move(said)));
}

void ToolRound::end(Running& running, ToolResult result) {
  if (running.result) return;
  running.result = std::move(result);
  running.late.cancel();
  running.run.reset();
  ++ended_;
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - running.began);
  log::debug("tool")
      .text("request_id", context_.request_id)
      .text("name", running.call.name)
      .number("duration_ms", took.count())
      .number("result_bytes", static_cast<std::int64_t>(running.result->json.size()));
  on_result_(running.call, *running.result);
  go_on_.schedule();
}

std::string ToolRound::messages() const {
  std::string out = ",";
  json::Writer writer(out);
  writer.begin_object().member("role", "assistant").key("content").null();
  writer.key("tool_calls").begin_array();
  for (const auto& running : running_) {
    const ToolCall& call = running->call;
    writer.begin_object().member("id", call.id).member("type", "function").key("function");
    writer.begin_object().member("name", call.name).member("arguments", call.arguments);
    writer.end_object().end_object();
  }
  writer.end_array().end_object();
  for (const auto& running : running_) {
    out += ',';
    json::Writer message(out);
    message.begin_object().member("role", "tool").member("tool_call_id", running->call.id);
    message.member("content", running->result->text).end_object();
  }
  return out;
}

}  // namespace patchbay::api
