#include "core/dialects/openai_audio/speech_encoder.hpp"

#include <algorithm>

#include "core/base/base64.hpp"
#include "core/chat/event.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_audio {

using chat::event_as;
using chat::view;

std::string_view SpeechEncoder::content_type() const {
  if (options().stream) return "text/event-stream";
  return content_type_;
}

pbay_status SpeechEncoder::on_event(const pbay_event& event, std::string& out) {
  if (event.type != PBAY_EV_AUDIO) return OperationEncoder::on_event(event, out);
  const auto* sound = event_as<pbay_ev_raw>(event);
  if (sound == nullptr) return PBAY_E_PROTOCOL;
  if (!begun_ && sound->content_type.len > 0) content_type_ = view(sound->content_type);
  begun_ = true;
  if (!options().stream) {
    out += view(sound->data);
    return PBAY_OK;
  }
  std::string data = R"({"type":"speech.audio.delta","audio":")";
  append_base64(data, view(sound->data));
  append_event(out, {}, data + "\"}");
  return PBAY_OK;
}

void SpeechEncoder::finish(std::string& out) {
  if (!options().stream) return;
  const std::int64_t input = std::max<std::int64_t>(usage().input, 0);
  const std::int64_t output = std::max<std::int64_t>(usage().output, 0);
  std::string data;
  json::Writer(data)
      .begin_object()
      .member("type", "speech.audio.done")
      .key("usage")
      .begin_object()
      .member("input_tokens", input)
      .member("output_tokens", output)
      .member("total_tokens", input + output)
      .end_object()
      .end_object();
  append_event(out, {}, data);
  out += "data: [DONE]\n\n";
}

}  // namespace patchbay::dialects::openai_audio
