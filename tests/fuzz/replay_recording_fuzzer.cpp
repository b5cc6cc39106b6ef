// A line of a file that somebody calls recordings, and what is in it: a form, a stream of events.

#include <string>

#include "plugins/replay/form_text.hpp"
#include "plugins/replay/recording.hpp"
#include "plugins/replay/sse_text.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace replay = patchbay::plugins::replay;

void check_form(std::string_view type, std::string_view body) {
  const auto fields = replay::read_form(type, body);
  if (!fields) return;
  std::size_t bytes = 0;
  for (const replay::FormField& field : *fields) {
    require(field.content.empty() ||
            (field.content.data() >= body.data() &&
             field.content.data() + field.content.size() <= body.data() + body.size()));
    bytes += field.content.size();
  }
  require(bytes <= body.size());
  replay::key_of_form(patchbay::plugins::OpenAiOperation::kTranscriptions, *fields);
}

void check_stream(std::string_view text) {
  std::size_t bytes = 0;
  const std::size_t size = text.size();
  for (replay::RecordedEvent event; replay::take_event(text, event);)
    bytes += event.data.size();
  require(text.empty() && bytes <= size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const patchbay::fuzz::CutInput input(data, size);
  check_form(input.front(), input.back());
  check_stream(input.text);
  replay::Recording recording;
  if (replay::read_recording(input.text, recording) != replay::ReadFailure::kNone) return 0;
  require(recording.status >= 200 && recording.status <= 599);
  require(recording.first_byte_ms >= 0 && recording.took_ms >= recording.first_byte_ms);
  require(recording.key.shown.size() <= 128);
  return 0;
}
