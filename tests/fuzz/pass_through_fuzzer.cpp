// Same-dialect answers: the client gets the same bytes however the upstream's were cut, unchanged
// ones but for the model's name.

#include <string>

#include "core/dialects/openai_chat/stream_encoder.hpp"
#include "core/http/sse_parser.hpp"
#include "core/json/scan.hpp"
#include "core/relay/pass_through.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
using patchbay::relay::PassThrough;

struct Passed {
  std::string text;
  patchbay::chat::Usage usage;
};

Passed pass(PassThrough::Options options, std::initializer_list<std::string_view> pieces) {
  patchbay::dialects::openai_chat::StreamEncoder encoder({.model = "fa\"st", .keep_model = true});
  PassThrough passing(options, encoder);
  Passed passed;
  for (const std::string_view piece : pieces) {
    require(passing.feed(std::string(piece), passed.text).has_value());
  }
  passing.finish(passed.text);
  passed.usage = encoder.usage();
  return passed;
}

std::size_t events_in(std::string_view text) {
  patchbay::http::SseParser parser({.max_event_bytes = 1 << 20});
  std::size_t events = 0;
  const auto count = [&](const patchbay::http::SseEvent&) { ++events; };
  require(parser.feed(text, count).has_value() && parser.finish(count).has_value());
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const patchbay::fuzz::CutInput input(data, size);
  for (const bool events : {false, true}) {
    for (const bool show_alias : {false, true}) {
      const PassThrough::Options options{.events = events, .show_alias = show_alias};
      const Passed whole = pass(options, {input.text});
      const Passed cut = pass(options, {input.front(), input.back()});
      require(whole.text == cut.text);
      require(whole.usage.input == cut.usage.input && whole.usage.output == cut.usage.output);
      if (!show_alias) require(whole.text == input.text);
      require(pass(options, {whole.text}).text == whole.text);
      if (events) {
        require(events_in(whole.text) == events_in(input.text));
      } else if (patchbay::json::validate(input.text)) {
        require(patchbay::json::validate(whole.text).has_value());
      }
    }
  }
  return 0;
}
