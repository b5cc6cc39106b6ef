#include "core/dialects/prompt_chat/body.hpp"

#include <array>
#include <charconv>

#include "core/dialects/body_fields.hpp"

namespace patchbay::dialects::prompt_chat {
namespace {

using json::Kind;

constexpr double kTemperatureMax = 2;

chat::Failure prompt_is_required() {
  return chat::bad_request("Prompt is required", "prompt", "missing_required_parameter");
}

MaybeFailure take_temperature(std::string_view body,
                              const json::Wanted& wanted,
                              std::optional<double>& temperature) {
  if (!wanted.found || wanted.is(Kind::kNull)) return std::nullopt;
  const json::View value(json::raw_of(body, wanted));
  if (!value.is(Kind::kNumber)) return wrong_kind(std::string(wanted.path), "a number", value);
  const std::string_view text = value.text();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);  // 0 where it is too small
  if (number < 0 || number > kTemperatureMax) {
    return wrong_value(std::string(wanted.path), "expected a number from 0 to 2");
  }
  temperature = number;
  return std::nullopt;
}

}  // namespace

std::variant<PromptBody, chat::Failure> read_body(json::Padded body) {
  std::array<json::Wanted, 3> wanted{
      {{.path = "prompt"}, {.path = "llm"}, {.path = "temperature"}}};
  const auto& [prompt, llm, temperature] = wanted;
  if (auto failure = scan_body(body, wanted)) return std::move(*failure);
  PromptBody read;
  if (auto failure = take_text(body.text(), prompt, read.prompt)) return std::move(*failure);
  if (read.prompt.empty()) return prompt_is_required();
  if (llm.found && !llm.is(Kind::kNull)) {
    if (auto failure = take_text(body.text(), llm, read.llm.emplace())) return std::move(*failure);
  }
  if (auto failure = take_temperature(body.text(), temperature, read.temperature)) {
    return std::move(*failure);
  }
  return read;
}

std::variant<std::string, chat::Failure> read_session(std::optional<std::string_view> session_id) {
  if (!session_id || session_id->empty()) {
    return chat::bad_request("Session ID is required", "Session-Id", "missing_required_parameter");
  }
  if (!is_client_key(*session_id)) {
    return wrong_value("Session-Id", kWrongClientKey);
  }
  return std::string(*session_id);
}

chat::Failure invalid_provider() {
  return chat::bad_request("Invalid LLM provider", "llm", "provider_not_found");
}

}  // namespace patchbay::dialects::prompt_chat
