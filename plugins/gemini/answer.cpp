#include "plugins/gemini/answer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/gemini/logprobs.hpp"
#include "plugins/gemini/one_line.hpp"
#include "plugins/gemini/usage.hpp"
#include "plugins/gemini/vendor_error.hpp"
#include "plugins/shared/openai_choice.hpp"
#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr std::int64_t kChoicesMax = 128;
constexpr std::size_t kSeenFieldsMax = 64;  // more are said every time

// The vendor's names of a candidate's fields that have another name in an event. The rest goes by
// its own.
struct FieldName {
  std::string_view vendor;
  std::string_view event;
};
constexpr std::array kFieldNames{FieldName{"safetyRatings", "safety_ratings"},
                                 FieldName{"groundingMetadata", "grounding"},
                                 FieldName{"urlContextMetadata", "url_context"}};

}  // namespace

Outcome GeminiAnswer::fail(UpstreamError error) {
  error_ = std::move(error);
  ended_ = true;
  return Outcome::kFailed;
}

Outcome GeminiAnswer::piece(std::string_view data, sdk::Sink& sink) {
  if (ended_) return Outcome::kDone;
  data = trimmed(data);
  if (data.empty()) return Outcome::kMore;
  if (data == "[DONE]") return end(sink);  // gateways that imitate another vendor send it
  if (!json_.parse(data)) return fail(upstream_fault("the upstream sent what is not JSON"));
  const JsonValue root = json_.root();
  if (!root.is_array()) return read(root, sink);
  for (const JsonValue one : root.elements()) {
    if (read(one, sink) == Outcome::kFailed) return Outcome::kFailed;
  }
  return Outcome::kMore;
}

bool GeminiAnswer::complete() const {
  if (!blocked_.empty()) return true;
  return !choices_.empty() &&
         std::all_of(choices_.begin(), choices_.end(), [](const Candidate& choice) {
           return choice.has_reason();
         });
}

Outcome GeminiAnswer::end(sdk::Sink& sink) {
  if (ended_) return Outcome::kDone;
  if (choices_.empty() && blocked_.empty()) {
    return fail(upstream_fault("the upstream sent an answer without candidates"));
  }
  if (!complete()) {
    return fail(upstream_fault("the upstream ended its answer before it was complete"));
  }
  for (Candidate& choice : choices_)
    choice.finish(sink);
  if (choices_.empty()) sink.finish(0, PBAY_FINISH_CONTENT, blocked_);
  ended_ = true;
  return Outcome::kDone;
}

Outcome GeminiAnswer::read(JsonValue root, sdk::Sink& sink) {
  if (!root.is_object()) {
    return fail(upstream_fault("the upstream sent JSON that is not an object"));
  }
  if (const JsonValue error = root["error"]) return fail(classify_vendor_value(error));
  if (!meta_said_) say_meta(root, sink);

  JsonValue candidates, usage;
  for (const JsonValue value : root.members()) {
    if (!value) continue;
    const std::string_view name = value.key().escaped();
    if (name == "candidates") {
      candidates = value;
    } else if (name == "usageMetadata") {
      usage = value;
    } else if (name == "promptFeedback") {
      read_feedback(value, sink);
    } else if (name != "modelVersion" && name != "responseId" && name != "createTime") {
      std::string scratch;
      say_field({}, PBAY_AT_ANSWER, value.key().text(scratch), value, sink);
    }
  }
  const Outcome outcome = read_candidates(candidates, sink);
  if (outcome == Outcome::kMore && usage.is_object()) say_usage(usage, sink);
  return outcome;
}

Outcome GeminiAnswer::read_candidates(JsonValue candidates, sdk::Sink& sink) {
  std::int64_t position = 0;
  for (const JsonValue value : candidates.elements()) {
    Candidate* choice = choice_at(value["index"].integer().value_or(position));
    ++position;
    if (choice == nullptr || !value.is_object()) {
      return fail(upstream_fault("the upstream sent an impossible candidate"));
    }
    if (!choice->read(value["content"]["parts"], sink)) {
      return fail(upstream_fault("the upstream sent a part that makes no sense"));
    }
    read_fields(value, *choice, sink);
  }
  return Outcome::kMore;
}

void GeminiAnswer::read_fields(JsonValue candidate, Candidate& choice, sdk::Sink& sink) {
  const sdk::At place{.choice = choice.index()};
  for (const JsonValue field : candidate.members()) {
    if (!field) continue;
    const std::string_view name = field.key().escaped();
    if (name == "finishReason") {
      choice.set_reason(field);
    } else if (name == "logprobsResult") {
      if (write_logprobs(field, line_)) {
        sink.extra(place, PBAY_AT_CHOICE, "logprobs", line_);
      }
    } else if (name == "citationMetadata") {
      const JsonValue sources = field["citationSources"] ? field["citationSources"] : field;
      say_field(place, PBAY_AT_ANSWER, "citations", sources, sink);
    } else if (name == "finishMessage") {
      // That a call was made needs no message; why something was refused does.
      if (choice.ended_badly(candidate["finishReason"])) {
        say_field(place, PBAY_AT_CHOICE, "refusal_details", field, sink);
      }
    } else if (name != "content" && name != "index" && name != "tokenCount" &&
               name != "avgLogprobs") {
      std::string scratch;
      std::string_view shown = field.key().text(scratch);
      for (const FieldName& known : kFieldNames) {
        if (known.vendor == name) shown = known.event;
      }
      say_field(place, PBAY_AT_CHOICE, shown, field, sink);
    }
  }
}

void GeminiAnswer::read_feedback(JsonValue feedback, sdk::Sink& sink) {
  const JsonValue reason = feedback["blockReason"];
  if (reason.is_string() && !reason.says("BLOCK_REASON_UNSPECIFIED")) blocked_ = reason.string();
  say_field({}, PBAY_AT_ANSWER, "prompt_feedback", feedback, sink);
}

Candidate* GeminiAnswer::choice_at(std::int64_t index) {
  if (index < 0 || index >= kChoicesMax) return nullptr;
  const auto wanted = static_cast<std::uint32_t>(index);
  for (Candidate& choice : choices_) {
    if (choice.index() == wanted) return &choice;
  }
  return &choices_.emplace_back(host_, wanted);
}

void GeminiAnswer::say_meta(JsonValue root, sdk::Sink& sink) {
  meta_said_ = true;
  const std::string id = root["responseId"].string();
  const std::string model = root["modelVersion"].string();
  sink.meta({.id = id, .model = model});
}

void GeminiAnswer::say_usage(JsonValue usage, sdk::Sink& sink) {
  pbay_ev_usage event = usage_event(usage);
  event.native_json = sdk::bytes(one_line(usage, line_));
  sink.usage(event);
}

// A field that says the same again, as safety ratings do in every piece, is said once.
void GeminiAnswer::say_field(
    sdk::At at, std::int32_t scope, std::string_view name, JsonValue value, sdk::Sink& sink) {
  if (value.is_array() && value.elements().empty()) return;
  const std::uint64_t place = (std::uint64_t{at.choice} << 8) | static_cast<std::uint32_t>(scope);
  const std::uint64_t key = hash_of(name) ^ (place * 0x9E3779B97F4A7C15);
  const std::uint64_t said = hash_of(value.raw());
  const auto before =
      std::find_if(seen_.begin(), seen_.end(), [key](const Seen& seen) { return seen.key == key; });
  if (before != seen_.end()) {
    if (std::exchange(before->value, said) == said) return;
  } else if (seen_.size() < kSeenFieldsMax) {
    seen_.push_back({key, said});
  }
  sink.extra(at, scope, name, one_line(value, line_));
}

}  // namespace patchbay::plugins::gemini
