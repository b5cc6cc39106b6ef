#include "plugins/shared/openai_answer.hpp"

#include <utility>

#include "plugins/shared/openai_usage.hpp"

namespace patchbay::plugins {
namespace {

constexpr std::int64_t kChoicesMax = 128;   // what OpenAI allows to be asked for
constexpr std::size_t kSeenFieldsMax = 64;  // more are said every time

// Random text that vendors add so that the length of a chunk does not betray its content.
bool is_padding(std::string_view name) {
  return name == "obfuscation" || name == "p";
}

}  // namespace

OpenAiAnswer::Outcome OpenAiAnswer::chunk(std::string_view data,
                                          std::string_view event,
                                          sdk::Sink& sink) {
  if (ended()) return Outcome::kDone;
  data = trimmed(data);
  if (data.empty()) return Outcome::kMore;
  if (data == "[DONE]") return finish_all(sink);
  if (!json_.parse(data))
    return fail(upstream_fault("the upstream sent an event that is not JSON"));
  const JsonValue root = json_.root();
  if (event == "error" && !root["error"]) return fail(classify_error_value(root));
  return read(root, sink);
}

OpenAiAnswer::Outcome OpenAiAnswer::whole(std::string_view body, sdk::Sink& sink) {
  if (ended()) return Outcome::kDone;
  is_whole_ = true;
  if (!json_.parse(trimmed(body))) {
    return fail(upstream_fault("the upstream sent an answer that is not JSON"));
  }
  return read(json_.root(), sink);
}

OpenAiAnswer::Outcome OpenAiAnswer::end(sdk::Sink& sink) {
  if (ended()) return Outcome::kDone;
  bool complete = !choices_.empty();
  for (const OpenAiChoice& choice : choices_)
    complete = complete && choice.finished();
  // A whole answer is complete by its syntax, even where it does not say why it ended.
  if (!complete && !is_whole_) {
    return fail(upstream_fault("the upstream ended its stream before the answer was complete"));
  }
  return finish_all(sink);
}

OpenAiAnswer::Outcome OpenAiAnswer::finish_all(sdk::Sink& sink) {
  if (choices_.empty()) return fail(upstream_fault("the upstream sent an answer without choices"));
  for (OpenAiChoice& choice : choices_)
    choice.finish({}, {}, sink);
  return done();
}

OpenAiAnswer::Outcome OpenAiAnswer::read(JsonValue root, sdk::Sink& sink) {
  if (root.is_array()) {  // some wrap their error in a list
    for (const JsonValue entry : root.elements()) {
      if (entry["error"]) return fail(classify_error_value(entry["error"]));
    }
  }
  if (!root.is_object()) {
    return fail(upstream_fault("the upstream sent JSON that is not an object"));
  }
  if (const JsonValue error = root["error"]) return fail(classify_error_value(error));

  // What makes it a failure is looked for first: before any event it can still be an HTTP status.
  const JsonValue choices = root["choices"];
  for (const JsonValue choice : choices.elements()) {
    if (const JsonValue error = choice["error"]) return fail(classify_error_value(error));
  }
  if (is_whole_ && choices.elements().empty()) {
    return fail(upstream_fault("the upstream sent an answer without choices"));
  }
  JsonValue usage = root["usage"];
  if (!usage.is_object()) usage = root["x_groq"]["usage"];
  // A first chunk may carry only filter results and an empty id; the answer begins with the next.
  const bool begins =
      !root["id"].escaped().empty() || !choices.elements().empty() || usage.is_object();
  if (begins && !meta_said_) say_meta(root, sink);

  for (const JsonValue value : root.members()) {
    if (!value || (value.is_array() && value.elements().empty())) continue;
    const std::string_view name = value.key().escaped();
    if (name == "id" || name == "object" || name == "created" || name == "model" ||
        name == "choices" || name == "usage" || name == "system_fingerprint" || is_padding(name)) {
      continue;
    }
    say_field({}, PBAY_AT_ANSWER, value, sink);
  }
  const Outcome outcome = read_choices(choices, sink);
  if (outcome == Outcome::kMore && usage.is_object()) say_usage(usage, sink);
  return outcome;
}

OpenAiAnswer::Outcome OpenAiAnswer::read_choices(JsonValue choices, sdk::Sink& sink) {
  std::int64_t position = 0;
  for (const JsonValue value : choices.elements()) {
    const std::int64_t index = value["index"].integer().value_or(position);
    ++position;
    OpenAiChoice* choice = choice_at(index);
    if (choice == nullptr) return fail(upstream_fault("the upstream sent an impossible choice"));

    JsonValue delta, message, text, reason, native, usage;
    const sdk::At place{.choice = choice->index()};
    for (const JsonValue field : value.members()) {
      if (!field) continue;
      const std::string_view name = field.key().escaped();
      if (name == "delta") {
        delta = field;
      } else if (name == "message") {
        message = field;
      } else if (name == "finish_reason") {
        reason = field;
      } else if (name == "native_finish_reason") {
        native = field;
      } else if (name == "usage") {
        usage = field;
      } else if (name == "text") {  // in a chat some say theirs twice, here too
        text = field;
      } else if (name != "index") {
        say_field(place, PBAY_AT_CHOICE, field, sink);
      }
    }
    // Whole answers may have a leftover delta beside the message, streams a message that grows.
    const bool is_whole = is_whole_ ? message.is_object() : !delta.is_object();
    if (!choice->read(is_whole ? message : delta, is_whole, sink)) {
      return fail(upstream_fault("the upstream sent a choice that makes no sense"));
    }
    if (form_ == Form::kCompletions) choice->read_text(text, sink);
    if (reason.is_string()) {
      std::string first;
      std::string second;
      choice->finish(reason.text(first), native.text(second), sink);
    }
    if (usage.is_object()) say_usage(usage, sink);
  }
  return Outcome::kMore;
}

OpenAiChoice* OpenAiAnswer::choice_at(std::int64_t index) {
  if (index < 0 || index >= kChoicesMax) return nullptr;
  const auto wanted = static_cast<std::uint32_t>(index);
  for (OpenAiChoice& choice : choices_) {
    if (choice.index() == wanted) return &choice;
  }
  return &choices_.emplace_back(host_, wanted);
}

void OpenAiAnswer::say_meta(JsonValue root, sdk::Sink& sink) {
  meta_said_ = true;
  const std::string id = root["id"].string();
  const std::string model = root["model"].string();
  const std::string fingerprint = root["system_fingerprint"].string();
  sink.meta({.id = id,
             .model = model,
             .fingerprint = fingerprint,
             .created = root["created"].integer().value_or(0)});
  for (const std::string_view held : held_fields_) {
    const std::size_t name_end = held.find('\0');
    sink.extra({}, PBAY_AT_ANSWER, held.substr(0, name_end), held.substr(name_end + 1));
  }
  held_fields_.clear();
}

void OpenAiAnswer::say_field(sdk::At at, std::int32_t scope, JsonValue value, sdk::Sink& sink) {
  std::string scratch;
  const std::string_view name = value.key().text(scratch);
  if (!meta_said_) {
    if (held_fields_.size() < kSeenFieldsMax && name.find('\0') == name.npos) {
      held_fields_.emplace_back(name).append(1, '\0').append(value.line(line_));
    }
    return;
  }
  // Log probabilities are appended, piece by piece; other fields are said again only when they say
  // something else (a service tier stands in every chunk).
  if (name == "logprobs" || is_news(at.choice, scope, value))
    sink.extra(at, scope, name, value.line(line_));
}

void OpenAiAnswer::say_usage(JsonValue usage, sdk::Sink& sink) {
  pbay_ev_usage event = usage_event(usage);
  event.native_json = sdk::bytes(usage.line(line_));
  sink.usage(event);
}

bool OpenAiAnswer::is_news(std::uint32_t choice, std::int32_t scope, JsonValue value) {
  const std::uint64_t place = (std::uint64_t{choice} << 8) | static_cast<std::uint32_t>(scope);
  const std::uint64_t key = hash_of(value.key().escaped()) ^ (place * 0x9E3779B97F4A7C15);
  const std::uint64_t said = hash_of(value.raw());
  for (Seen& seen : seen_) {
    if (seen.key == key) return std::exchange(seen.value, said) != said;
  }
  if (seen_.size() < kSeenFieldsMax) seen_.push_back({key, said});
  return true;
}

}  // namespace patchbay::plugins
