#include "tests/support/event_transcript.hpp"

#include <array>

#include "plugins/shared/json_text.hpp"

namespace patchbay::testing {
namespace {

std::string_view view(pbay_str text) {
  return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}
std::string_view view(pbay_bytes data) {
  if (data.len == 0) return {};
  return {reinterpret_cast<const char*>(data.ptr), data.len};
}

std::string quoted(std::string_view text) {
  std::string out;
  plugins::append_quoted(out, text);
  return out;
}

std::string field(const char* name, pbay_str text) {
  return std::string(" ") + name + "=" + quoted(view(text));
}

std::string place(const pbay_event& event) {
  return " " + std::to_string(event.choice) + "." + std::to_string(event.item);
}

template <typename Event>
const Event& as(const pbay_event& event) {
  return reinterpret_cast<const Event&>(event);
}

std::string said(const pbay_ev_text& event) {
  if ((event.h.flags & PBAY_EVF_ESCAPED) == 0) return " " + quoted(view(event.text));
  std::string plain;
  plugins::append_unescaped(plain, view(event.text));
  return " " + quoted(plain);
}

std::string usage(const pbay_ev_usage& event) {
  std::string line = "USAGE";
  const auto count = [&line](const char* name, std::int64_t value) {
    if (value >= 0) line += std::string(" ") + name + "=" + std::to_string(value);
  };
  count("input", event.input);
  count("output", event.output);
  count("reasoning", event.reasoning);
  count("cache_read", event.cache_read);
  count("cache_write", event.cache_write);
  count("audio_in", event.audio_in);
  count("audio_out", event.audio_out);
  count("image_in", event.image_in);
  count("image_out", event.image_out);
  count("cost_nano_usd", event.cost_nano_usd);
  if (event.native_json.len > 0) line += " " + std::string(view(event.native_json));
  return line;
}

std::string finish(const pbay_ev_finish& event) {
  constexpr std::array<const char*, 7> kNames{
      "?", "stop", "length", "tools", "content", "error", "other"};
  const auto reason = static_cast<std::size_t>(event.reason);
  return "FINISH " + std::to_string(event.h.choice) + " " +
         (reason < kNames.size() ? kNames[reason] : "?") + " " + quoted(view(event.native));
}

std::string extra(const pbay_ev_extra& event) {
  const std::string place_of_it = event.at == PBAY_AT_ANSWER ? " answer"
                                  : event.at == PBAY_AT_CHOICE
                                      ? " choice " + std::to_string(event.h.choice)
                                      : " delta" + place(event.h);
  return "EXTRA" + place_of_it + " " + std::string(view(event.key)) + "=" +
         std::string(view(event.json));
}

std::string model(const pbay_ev_model& event) {
  return "MODEL" + field("id", event.id) + field("owner", event.owner) +
         " modes=" + std::to_string(event.modes) +
         " context=" + std::to_string(event.context_tokens) +
         " max_output=" + std::to_string(event.max_output_tokens) +
         " created=" + std::to_string(event.created) + " " + std::string(view(event.extra_json));
}

}  // namespace

std::string_view category_name(std::int32_t category) {
  constexpr std::array<std::string_view, 16> kNames{"internal",
                                                    "bad_request",
                                                    "auth",
                                                    "forbidden",
                                                    "not_found",
                                                    "rate_limit",
                                                    "quota",
                                                    "overloaded",
                                                    "upstream",
                                                    "timeout",
                                                    "content",
                                                    "context_length",
                                                    "cancelled",
                                                    "too_large",
                                                    "conflict",
                                                    "model_not_found"};
  const auto index = static_cast<std::size_t>(category);
  return index < kNames.size() ? kNames[index] : "none";
}

std::string transcript_line(const pbay_event& event) {
  switch (event.type) {
    case PBAY_EV_META: {
      const auto& meta = as<pbay_ev_meta>(event);
      return "META" + field("id", meta.id) + field("model", meta.model) +
             field("fingerprint", meta.fingerprint) + " created=" + std::to_string(meta.created);
    }
    case PBAY_EV_TEXT:
      return "TEXT" + place(event) + said(as<pbay_ev_text>(event));
    case PBAY_EV_REASONING:
      return "REASONING" + place(event) + said(as<pbay_ev_text>(event));
    case PBAY_EV_REFUSAL:
      return "REFUSAL" + place(event) + said(as<pbay_ev_text>(event));
    case PBAY_EV_TOOL_BEGIN: {
      const auto& tool = as<pbay_ev_tool>(event);
      return "TOOL_BEGIN" + place(event) + field("id", tool.id) + field("name", tool.name);
    }
    case PBAY_EV_TOOL_ARGS:
      return "TOOL_ARGS" + place(event) + said(as<pbay_ev_text>(event));
    case PBAY_EV_FINISH:
      return finish(as<pbay_ev_finish>(event));
    case PBAY_EV_USAGE:
      return usage(as<pbay_ev_usage>(event));
    case PBAY_EV_RAW:
      return "RAW " + quoted(view(as<pbay_ev_raw>(event).data));
    case PBAY_EV_EXTRA:
      return extra(as<pbay_ev_extra>(event));
    case PBAY_EV_IMAGE: {
      const auto& image = as<pbay_ev_image>(event);
      return "IMAGE" + place(event) + " kind=" + std::to_string(image.kind) +
             (image.partial >= 0 ? " partial=" + std::to_string(image.partial) : "") +
             field("mime", image.mime) +
             (image.revised_prompt.len > 0 ? field("revised_prompt", image.revised_prompt) : "") +
             " " + quoted(view(image.data));
    }
    case PBAY_EV_AUDIO: {
      const auto& sound = as<pbay_ev_raw>(event);
      return "AUDIO" + place(event) +
             (sound.content_type.len > 0 ? field("type", sound.content_type) : "") + " " +
             quoted(view(sound.data));
    }
    case PBAY_EV_SIGNATURE: {
      const auto& proof = as<pbay_ev_signature>(event);
      return "SIGNATURE" + place(event) + field("format", proof.format) + field("data", proof.data);
    }
    case PBAY_EV_SEGMENT: {
      const auto& piece = as<pbay_ev_segment>(event);
      return "SEGMENT" + place(event) + " " + std::to_string(piece.start_us) + "-" +
             std::to_string(piece.end_us) + " " + quoted(view(piece.text));
    }
    case PBAY_EV_EMBEDDING: {
      const auto& vector = as<pbay_ev_embedding>(event);
      const bool bytes = vector.kind == PBAY_VEC_F32;
      return "EMBEDDING " + std::to_string(event.choice) + " kind=" + std::to_string(vector.kind) +
             " dims=" + std::to_string(vector.dims) + " " +
             (bytes ? std::to_string(vector.data.len) + " bytes" : std::string(view(vector.data)));
    }
    case PBAY_EV_MODEL:
      return model(as<pbay_ev_model>(event));
    case PBAY_EV_ITEM_END:
      return "ITEM_END" + place(event);
    default:
      return "EVENT " + std::to_string(event.type);
  }
}

}  // namespace patchbay::testing
