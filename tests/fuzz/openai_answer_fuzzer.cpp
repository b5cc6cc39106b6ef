// An upstream's answer, streamed or whole, becomes sound events, and these become sound answers in
// both of the client's forms.

#include <string>

#include "core/dialects/openai_chat/stream_encoder.hpp"
#include "core/dialects/openai_chat/whole_encoder.hpp"
#include "core/http/sse_parser.hpp"
#include "plugins/shared/openai_answer.hpp"
#include "tests/fuzz/arena_host.hpp"
#include "tests/fuzz/event_rules.hpp"

namespace {

using patchbay::fuzz::require;
using patchbay::http::SseEvent;
using patchbay::http::SseParser;
using patchbay::plugins::OpenAiAnswer;
namespace dialect = patchbay::dialects::openai_chat;
namespace json = patchbay::json;
namespace sdk = patchbay::sdk;

struct Client {
  patchbay::fuzz::EventRules rules;
  dialect::StreamEncoder stream{{.model = "m", .keep_model = false, .include_usage = true}};
  dialect::WholeEncoder whole{{.model = "m", .keep_model = true}};
  std::string streamed;
  std::string gathered;

  void take(const pbay_event& event) {
    rules.take(event);
    require(stream.on_event(event, streamed) == PBAY_OK);
    require(whole.on_event(event, gathered) == PBAY_OK);
    require(gathered.empty());
  }

  void expect_sound_stream(bool complete) const {
    SseParser parser({.max_event_bytes = 1 << 24});
    bool done = false;
    const auto check = [&](const SseEvent& event) {
      require(!done && event.type.empty());
      done = event.data == "[DONE]";
      require(done || json::validate(event.data).has_value());
    };
    require(parser.feed(streamed, check).has_value());
    require(done == complete);  // nobody takes a broken answer for a whole one
    require(parser.finish([](const SseEvent&) { require(false); }).has_value());
  }

  void end(bool complete) {
    if (complete) {
      rules.end();
      stream.finish(streamed);
      whole.finish(gathered);
    } else {
      const auto failure = patchbay::chat::bad_request("n\"o");
      stream.fail(failure, streamed);
      whole.fail(failure, gathered);
    }
    expect_sound_stream(complete);
    require(json::validate(gathered).has_value());
  }
};

OpenAiAnswer::Outcome feed_stream(std::string_view text, OpenAiAnswer& answer, sdk::Sink& sink) {
  auto outcome = OpenAiAnswer::Outcome::kMore;
  SseParser parser({.max_event_bytes = 1 << 20});
  const auto take = [&](const SseEvent& event) {
    outcome = answer.chunk(event.data, event.type, sink);
    return outcome == OpenAiAnswer::Outcome::kMore;
  };
  require(parser.feed(text, take).has_value());
  if (outcome == OpenAiAnswer::Outcome::kMore) require(parser.finish(take).has_value());
  return outcome;
}

}  // namespace

// The first byte says whether the rest is a stream of events or a whole answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const patchbay::fuzz::ArenaHost host;
  Client client;
  pbay_sink raw{sizeof raw, 0, &client, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  static_cast<Client*>(sink->impl)->take(*event);
                  return pbay_status{PBAY_OK};
                }};
  sdk::Sink sink(&raw);
  OpenAiAnswer answer{sdk::Host(host.raw())};
  auto outcome = (data[0] & 1U) != 0 ? feed_stream(text, answer, sink) : answer.whole(text, sink);
  if (outcome == OpenAiAnswer::Outcome::kMore) outcome = answer.end(sink);
  const bool complete = outcome == OpenAiAnswer::Outcome::kDone;
  require(answer.ended() && (complete || !answer.error().message.empty()));
  client.end(complete);
  return 0;
}
