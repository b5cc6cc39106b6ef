// An answer of the Messages API, streamed or whole, becomes sound events, whatever it says.

#include <string>

#include "core/http/sse_parser.hpp"
#include "plugins/anthropic/answer.hpp"
#include "tests/fuzz/event_rules.hpp"

namespace {

using patchbay::fuzz::EventRules;
using patchbay::fuzz::require;
using patchbay::http::SseEvent;
using patchbay::http::SseParser;
using patchbay::plugins::anthropic::Answer;
namespace sdk = patchbay::sdk;

Answer::Outcome feed_stream(std::string_view text, Answer& answer, sdk::Sink& sink) {
  auto outcome = Answer::Outcome::kMore;
  SseParser parser({.max_event_bytes = 1 << 20});
  const auto take = [&](const SseEvent& event) {
    outcome = answer.event(event.data, sink);
    return outcome == Answer::Outcome::kMore;
  };
  require(parser.feed(text, take).has_value());
  if (outcome == Answer::Outcome::kMore) require(parser.finish(take).has_value());
  return outcome;
}

}  // namespace

// The first byte says whether the rest is a stream of events or a whole answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  EventRules rules;
  pbay_sink raw{sizeof raw, 0, &rules, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  static_cast<EventRules*>(sink->impl)->take(*event);
                  return pbay_status{PBAY_OK};
                }};
  sdk::Sink sink(&raw);
  Answer answer;
  auto outcome = (data[0] & 1U) != 0 ? feed_stream(text, answer, sink) : answer.whole(text, sink);
  if (outcome == Answer::Outcome::kMore) outcome = answer.end(sink);
  const bool complete = outcome == Answer::Outcome::kDone;
  require(answer.ended() && (complete || !answer.error().message.empty()));
  if (complete) rules.end();
  return 0;
}
