// An answer of any OpenAI-shaped operation, streamed or whole, becomes sound events: their JSON is
// JSON in one line, images and inputs are numbered, and it ends well only with an end.

#include <array>
#include <string>

#include "core/chat/event.hpp"
#include "core/http/sse_parser.hpp"
#include "core/json/scan.hpp"
#include "core/plugin_host/event_layout.hpp"
#include "plugins/shared/openai_reader.hpp"
#include "tests/fuzz/arena_host.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::chat::event_as;
using patchbay::chat::view;
using patchbay::fuzz::require;
using patchbay::http::SseEvent;
using patchbay::http::SseParser;
using patchbay::plugins::OpenAiReader;
using patchbay::plugins::ReadOutcome;
namespace json = patchbay::json;
namespace sdk = patchbay::sdk;
using enum patchbay::plugins::OpenAiOperation;

constexpr std::array kOperations{
    kImages, kEmbeddings, kTranscriptions, kSpeech, kModels, kCompletions};

void require_json(std::string_view text, bool one_line = true) {
  require(json::validate(text).has_value());
  require(!one_line || text.find_first_of("\r\n") == std::string_view::npos);
}

struct Listener {
  std::uint32_t images = 0;
  bool finished = false;

  void take(const pbay_event& event) {
    require(patchbay::plugin_host::check_event(event) == patchbay::plugin_host::EventCheck::kGood);
    switch (event.type) {
      case PBAY_EV_TEXT: {
        const auto& text = *event_as<pbay_ev_text>(event);
        if ((event.flags & PBAY_EVF_ESCAPED) != 0) {
          require_json('"' + std::string(view(text.text)) + '"');
        } else {
          std::string quoted;
          patchbay::plugins::append_quoted(quoted, view(text.text));
          require_json(quoted);  // which tells that it is UTF-8
        }
        break;
      }
      case PBAY_EV_IMAGE:
        require(event.choice == 0 && event.item == images);
        if (event_as<pbay_ev_image>(event)->partial < 0) ++images;
        break;
      case PBAY_EV_EMBEDDING: {
        const auto& vector = *event_as<pbay_ev_embedding>(event);
        if (vector.kind == PBAY_VEC_JSON) require_json(view(vector.data));
        break;
      }
      case PBAY_EV_SEGMENT: {
        const auto& segment = *event_as<pbay_ev_segment>(event);
        require(segment.start_us >= 0 && segment.end_us >= 0);
        break;
      }
      case PBAY_EV_MODEL: {
        const auto& model = *event_as<pbay_ev_model>(event);
        require(model.id.len > 0 && model.context_tokens >= 0);
        if (model.extra_json.len > 0) require_json(view(model.extra_json));
        break;
      }
      case PBAY_EV_USAGE:
        require_json(view(event_as<pbay_ev_usage>(event)->native_json));
        break;
      case PBAY_EV_EXTRA:
        require_json(view(event_as<pbay_ev_extra>(event)->json));
        break;
      case PBAY_EV_FINISH:
        finished = true;
        break;
      default:
        break;
    }
  }
};

ReadOutcome read(OpenAiReader& reader, std::string_view text, bool stream, sdk::Sink& sink) {
  auto outcome = ReadOutcome::kMore;
  if (!stream) {
    const pbay_frame frame{sdk::bytes(text), {}, {}};
    return reader.read(frame, PBAY_FRAME_WHOLE, sink);
  }
  SseParser parser({.max_event_bytes = 1 << 20});
  const auto take = [&](const SseEvent& event) {
    const pbay_frame frame{sdk::bytes(event.data), sdk::str(event.type), {}};
    outcome = reader.read(frame, PBAY_FRAME_SSE, sink);
    return outcome == ReadOutcome::kMore;
  };
  require(parser.feed(text, take).has_value());
  if (outcome == ReadOutcome::kMore) require(parser.finish(take).has_value());
  return outcome;
}

}  // namespace

// The first byte says which operation it is, whether the rest is a stream, and its content type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool stream = (data[0] & 1U) != 0;
  const bool is_json = (data[0] & 2U) != 0;
  const auto operation = kOperations[(data[0] >> 2U) % kOperations.size()];
  const patchbay::fuzz::ArenaHost host;
  Listener listener;
  pbay_sink raw{sizeof raw, 0, &listener, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  static_cast<Listener*>(sink->impl)->take(*event);
                  return pbay_status{PBAY_OK};
                }};
  sdk::Sink sink(&raw);
  OpenAiReader reader(sdk::Host(host.raw()), operation, is_json ? "application/json" : "text/vtt");
  auto outcome = read(reader, text, stream, sink);
  if (outcome == ReadOutcome::kMore) outcome = reader.end(sink);
  require(reader.ended() && outcome != ReadOutcome::kMore);
  require(outcome == ReadOutcome::kDone || !reader.error().message.empty());
  const bool has_end = operation != kEmbeddings && operation != kModels;
  require(outcome != ReadOutcome::kDone || !has_end || listener.finished);
  return 0;
}
