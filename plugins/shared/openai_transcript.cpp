#include "plugins/shared/openai_transcript.hpp"

#include <cmath>

namespace patchbay::plugins {
namespace {

// Microseconds; 0 for what is no moment of a recording.
std::int64_t moment(JsonValue seconds) {
  constexpr double kSecondsMax = 1e9;
  const double value = seconds.number().value_or(0);
  return value > 0 && value < kSecondsMax ? std::llround(value * 1e6) : 0;
}

// How many bytes the UTF-8 sequence at the front of `text` has; 0 where there is none.
std::size_t sequence_at_front(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto goes_on = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (i >= text.size() || (byte(i) & 0xC0) != 0x80) return false;
    }
    return true;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return goes_on(1, 2) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0 && goes_on(1, 3)) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xF0 && first < 0xF5 && goes_on(1, 4)) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) >= 0x90;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

// Text that is not JSON has been checked by nobody, and an event's text is UTF-8: what is none
// becomes the replacement character.
std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = sequence_at_front(text);
    out += size > 0 ? text.substr(0, size) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(size > 0 ? size : 1);
  }
  return out;
}

}  // namespace

void OpenAiTranscript::say_text(JsonValue text, sdk::Sink& sink) {
  if (text.escaped().empty()) return;
  said_ = true;
  sink.text({}, text.escaped(), sdk::Escaping::kEscaped);
}

void OpenAiTranscript::say_segment(JsonValue segment, sdk::Sink& sink) {
  sink.segment(
      {}, segment["text"].text(scratch_), moment(segment["start"]), moment(segment["end"]));
}

ReadOutcome OpenAiTranscript::chunk(std::string_view data,
                                    std::string_view event,
                                    sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  data = trimmed(data);
  if (data.empty()) return ReadOutcome::kMore;
  if (data == "[DONE]") return end(sink);
  if (!parse(data, event)) return ReadOutcome::kFailed;
  const JsonValue root = json_.root();
  const JsonValue type = root["type"];
  if (type.says("transcript.text.delta")) {
    say_text(root["delta"], sink);
  } else if (type.says("transcript.text.segment")) {
    say_segment(root, sink);
  } else if (type.says("transcript.text.done")) {
    if (!said_) say_text(root["text"], sink);
    whole_ = true;
    say_others(root, {"type", "text", "usage"}, {}, PBAY_AT_ANSWER, sink);
    say_usage(root["usage"], sink);
  }
  return ReadOutcome::kMore;
}

ReadOutcome OpenAiTranscript::whole(std::string_view body, sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  whole_ = true;
  if (!is_json_) {
    said_ = !body.empty();
    if (said_) sink.text({}, as_utf8(body));
    return ReadOutcome::kMore;
  }
  if (!parse(body)) return ReadOutcome::kFailed;
  const JsonValue root = json_.root();
  if (!root["text"].is_string()) {
    return fail(upstream_fault("the upstream sent an answer without a transcript"));
  }
  say_text(root["text"], sink);
  for (const JsonValue segment : root["segments"].elements())
    say_segment(segment, sink);
  say_others(root, {"text", "segments", "usage"}, {}, PBAY_AT_ANSWER, sink);
  say_usage(root["usage"], sink);
  return ReadOutcome::kMore;
}

ReadOutcome OpenAiTranscript::end(sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  if (!whole_) {
    return fail(upstream_fault("the upstream ended its stream before the transcript was complete"));
  }
  if (said_) sink.item_end({});
  sink.finish(0, PBAY_FINISH_STOP, {});
  return done();
}

}  // namespace patchbay::plugins
