// `chat:`, what the chat routes hold to.

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

constexpr std::int64_t kTurnsMax = 1000;
constexpr std::int64_t kTokensMax = 10'000'000;
constexpr std::int64_t kBufferMin = 64 * 1024;
constexpr std::int64_t kBufferMax = 256 * 1024 * 1024;
constexpr double kTemperatureMax = 2;

constexpr std::array<std::string_view, 3> kUiStreams{"auto", "data-stream", "ui-message-stream"};

void read_temperature(Fields& fields, double& temperature) {
  std::string text;
  const ConfigValue* written = fields.text("temperature", text);
  if (written == nullptr) return;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end && number >= 0 && number <= kTemperatureMax) {
    temperature = number;
  } else {
    fields.problem(*written, "temperature", "expected a number from 0 to 2");
  }
}

void read_ui_stream(Fields& fields, std::string& ui_stream) {
  std::string text;
  const ConfigValue* written = fields.text("ui_stream", text);
  if (written == nullptr) return;
  for (const std::string_view known : kUiStreams) {
    if (text != known) continue;
    ui_stream = std::move(text);
    return;
  }
  fields.problem(*written, "ui_stream", "expected auto, data-stream or ui-message-stream");
}

// Whether there is such a tool is known once the providers are there.
void read_tools(Fields& fields, std::vector<ChatTool>& tools) {
  if (!fields.has("tools")) return;
  tools.clear();
  for (auto& [name, written] : fields.texts("tools"))
    tools.push_back({std::move(name), written->origin});
}

void read_tool_timeout(Fields& fields, std::int64_t& timeout_ms) {
  std::int64_t read = timeout_ms;
  const ConfigValue* written = fields.duration_ms("tool_timeout", read);
  if (written == nullptr) return;
  if (read > 0) {
    timeout_ms = read;
  } else {
    fields.problem(*written, "tool_timeout", "expected a time above 0");
  }
}

}  // namespace

void read_chat(const ConfigValue* value, Chat& chat, Report& report) {
  Fields fields(value, "chat", report);
  fields.text("system_prompt", chat.system_prompt);
  fields.number("history_turns", 0, kTurnsMax, chat.history_turns);
  read_temperature(fields, chat.temperature);
  fields.number("max_user_message_tokens", 1, kTokensMax, chat.max_user_message_tokens);
  fields.number("max_history_tokens", 1, kTokensMax, chat.max_history_tokens);
  fields.number("max_response_tokens", 1, kTokensMax, chat.max_response_tokens);
  fields.duration_ms("resume_grace", chat.resume_grace_ms);
  fields.bytes("stream_buffer_bytes", kBufferMin, kBufferMax, chat.stream_buffer_bytes);
  read_ui_stream(fields, chat.ui_stream);
  read_tools(fields, chat.tools);
  read_tool_timeout(fields, chat.tool_timeout_ms);
  fields.finish();
}

}  // namespace patchbay::settings
