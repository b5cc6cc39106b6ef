#include "plugins/shared/openai_reading.hpp"

#include <algorithm>

#include "plugins/shared/openai_usage.hpp"

namespace patchbay::plugins {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool OpenAiReading::parse(std::string_view text, std::string_view event) {
  const bool parsed = json_.parse(trimmed(text));
  JsonValue root = json_.root();
  if (parsed && root.is_array()) {  // some wrap their error in a list
    for (const JsonValue entry : root.elements()) {
      if (entry["error"]) root = entry;
    }
  }
  if (!root.is_object()) {
    fail(upstream_fault("the upstream sent an answer that is not a JSON object"));
  } else if (const JsonValue error = root["error"]) {
    fail(classify_error_value(error));
  } else if (event == "error" || root["type"].says("error")) {
    fail(classify_error_value(root));
  }
  return !ended_;
}

void OpenAiReading::say_others(JsonValue object,
                               std::initializer_list<std::string_view> known,
                               sdk::At at,
                               std::int32_t scope,
                               sdk::Sink& sink) {
  for (const JsonValue value : object.members()) {
    if (!value || (value.is_array() && value.elements().empty())) continue;
    const std::string_view name = value.key().text(scratch_);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    sink.extra(at, scope, name, value.line(second_scratch_));
  }
}

void OpenAiReading::say_usage(JsonValue usage, sdk::Sink& sink) {
  if (!usage.is_object()) return;
  pbay_ev_usage event = usage_event(usage);
  event.native_json = sdk::bytes(usage.line(scratch_));
  sink.usage(event);
}

}  // namespace patchbay::plugins
