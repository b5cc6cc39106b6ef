#include "core/check/event_text.hpp"

#include <array>

#include "core/json/value.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

using plugin_host::text_of;

constexpr std::array<std::string_view, 19> kEventNames{"event 0",
                                                       "META",
                                                       "TEXT",
                                                       "REASONING",
                                                       "REFUSAL",
                                                       "TOOL_BEGIN",
                                                       "TOOL_ARGS",
                                                       "FINISH",
                                                       "USAGE",
                                                       "RAW",
                                                       "EXTRA",
                                                       "IMAGE",
                                                       "AUDIO",
                                                       "SEGMENT",
                                                       "EMBEDDING",
                                                       "MODEL",
                                                       "SIGNATURE",
                                                       "ITEM_END",
                                                       "SCORE"};

// One spelling of every text, so that lines can be compared byte by byte. What is no UTF-8 stays:
// sounds and pictures are texts here as well.
std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < ' ') {
      out.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 0x0FU]);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string field(const char* name, pbay_str text) {
  return std::string(" ") + name + "=" + quoted(text_of(text));
}

std::string place(const pbay_event& event) {
  return " " + std::to_string(event.choice) + "." + std::to_string(event.item);
}

template <typename Event>
const Event& as(const pbay_event& event) {
  return reinterpret_cast<const Event&>(event);
}

std::string said(const pbay_event& event) {
  const std::string_view text = text_of(as<pbay_ev_text>(event).text);
  if ((event.flags & PBAY_EVF_ESCAPED) == 0) return place(event) + " " + quoted(text);
  const std::string as_json = "\"" + std::string(text) + "\"";
  const Result<json::Value> plain = json::parse(as_json);
  return place(event) + " " + (plain ? quoted(*plain->as_string()) : "not escaped: " + as_json);
}

std::string usage(const pbay_ev_usage& event) {
  std::string line;
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
  if (event.native_json.len > 0) line += " " + std::string(text_of(event.native_json));
  return line;
}

std::string finish(const pbay_ev_finish& event) {
  constexpr std::array<const char*, 7> kNames{
      "?", "stop", "length", "tools", "content", "error", "other"};
  const auto reason = static_cast<std::size_t>(event.reason);
  return " " + std::to_string(event.h.choice) + " " +
         (reason < kNames.size() ? kNames[reason] : "?") + " " + quoted(text_of(event.native));
}

std::string extra(const pbay_ev_extra& event) {
  const std::string at = event.at == PBAY_AT_ANSWER   ? " answer"
                         : event.at == PBAY_AT_CHOICE ? " choice " + std::to_string(event.h.choice)
                                                      : " delta" + place(event.h);
  return at + " " + std::string(text_of(event.key)) + "=" + std::string(text_of(event.json));
}

std::string image(const pbay_ev_image& event) {
  return place(event.h) + " kind=" + std::to_string(event.kind) +
         (event.partial >= 0 ? " partial=" + std::to_string(event.partial) : "") +
         field("mime", event.mime) +
         (event.revised_prompt.len > 0 ? field("revised_prompt", event.revised_prompt) : "") + " " +
         quoted(text_of(event.data));
}

std::string embedding(const pbay_ev_embedding& event) {
  const bool bytes = event.kind == PBAY_VEC_F32;
  return " " + std::to_string(event.h.choice) + " kind=" + std::to_string(event.kind) +
         " dims=" + std::to_string(event.dims) + " " +
         (bytes ? std::to_string(event.data.len) + " bytes" : std::string(text_of(event.data)));
}

std::string model(const pbay_ev_model& event) {
  return field("id", event.id) + field("owner", event.owner) +
         " modes=" + std::to_string(event.modes) +
         " context=" + std::to_string(event.context_tokens) +
         " max_output=" + std::to_string(event.max_output_tokens) +
         " created=" + std::to_string(event.created) + " " + std::string(text_of(event.extra_json));
}

std::string detail(const pbay_event& event) {
  switch (event.type) {
    case PBAY_EV_META: {
      const auto& meta = as<pbay_ev_meta>(event);
      return field("id", meta.id) + field("model", meta.model) +
             field("fingerprint", meta.fingerprint) + " created=" + std::to_string(meta.created);
    }
    case PBAY_EV_TEXT:
    case PBAY_EV_REASONING:
    case PBAY_EV_REFUSAL:
    case PBAY_EV_TOOL_ARGS:
      return said(event);
    case PBAY_EV_TOOL_BEGIN: {
      const auto& tool = as<pbay_ev_tool>(event);
      return place(event) + field("id", tool.id) + field("name", tool.name);
    }
    case PBAY_EV_FINISH:
      return finish(as<pbay_ev_finish>(event));
    case PBAY_EV_USAGE:
      return usage(as<pbay_ev_usage>(event));
    case PBAY_EV_RAW:
      return " " + quoted(text_of(as<pbay_ev_raw>(event).data));
    case PBAY_EV_EXTRA:
      return extra(as<pbay_ev_extra>(event));
    case PBAY_EV_IMAGE:
      return image(as<pbay_ev_image>(event));
    case PBAY_EV_AUDIO: {
      const auto& sound = as<pbay_ev_raw>(event);
      return place(event) + (sound.content_type.len > 0 ? field("type", sound.content_type) : "") +
             " " + quoted(text_of(sound.data));
    }
    case PBAY_EV_SEGMENT: {
      const auto& piece = as<pbay_ev_segment>(event);
      return place(event) + " " + std::to_string(piece.start_us) + "-" +
             std::to_string(piece.end_us) + " " + quoted(text_of(piece.text));
    }
    case PBAY_EV_EMBEDDING:
      return embedding(as<pbay_ev_embedding>(event));
    case PBAY_EV_MODEL:
      return model(as<pbay_ev_model>(event));
    case PBAY_EV_SIGNATURE: {
      const auto& proof = as<pbay_ev_signature>(event);
      return place(event) + field("format", proof.format) + field("data", proof.data);
    }
    case PBAY_EV_ITEM_END:
      return place(event);
    default:
      return {};
  }
}

std::string quoted_or_dash(const std::string& text) {
  return text.empty() ? "-" : "\"" + text + "\"";
}

}  // namespace

std::string event_name(std::uint32_t type) {
  return type < kEventNames.size() ? std::string(kEventNames[type])
                                   : "event " + std::to_string(type);
}

std::string event_text(const pbay_event& event) {
  return event_name(event.type) + detail(event);
}

std::string_view piece_of(const pbay_event& event) {
  switch (event.type) {
    case PBAY_EV_TEXT:
    case PBAY_EV_REASONING:
    case PBAY_EV_REFUSAL:
    case PBAY_EV_TOOL_ARGS:
      return text_of(as<pbay_ev_text>(event).text);
    case PBAY_EV_AUDIO:
      return text_of(as<pbay_ev_raw>(event).data);
    default:
      return {};
  }
}

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

std::string failure_text(pbay_status status, const ToldError* error) {
  if (error == nullptr) return "FAIL " + std::to_string(status) + " none";
  std::string line =
      "FAIL " + std::to_string(status) + " " + std::string(category_name(error->category)) +
      " message=" + quoted_or_dash(error->message) + " code=" + quoted_or_dash(error->code) +
      " param=" + quoted_or_dash(error->param);
  if (error->retry_after_ms >= 0) {
    line += " retry_after_ms=" + std::to_string(error->retry_after_ms);
  }
  if ((error->flags & PBAY_ERRF_RETRY_SAME) != 0) line += " retry_same";
  if ((error->flags & PBAY_ERRF_FAILOVER) != 0) line += " failover";
  return line;
}

std::string status_name(pbay_status status) {
  switch (status) {
    case PBAY_OK:
      return "PBAY_OK";
    case PBAY_S_NEXT_REQUEST:
      return "PBAY_S_NEXT_REQUEST";
    case PBAY_S_PASSTHROUGH:
      return "PBAY_S_PASSTHROUGH";
    case PBAY_S_STOP:
      return "PBAY_S_STOP";
    case PBAY_E_FAIL:
      return "PBAY_E_FAIL";
    case PBAY_E_INVALID:
      return "PBAY_E_INVALID";
    case PBAY_E_UNSUPPORTED:
      return "PBAY_E_UNSUPPORTED";
    case PBAY_E_NO_MEMORY:
      return "PBAY_E_NO_MEMORY";
    case PBAY_E_CANCELLED:
      return "PBAY_E_CANCELLED";
    case PBAY_E_WOULD_BLOCK:
      return "PBAY_E_WOULD_BLOCK";
    case PBAY_E_TIMEOUT:
      return "PBAY_E_TIMEOUT";
    case PBAY_E_STALE:
      return "PBAY_E_STALE";
    case PBAY_E_PROTOCOL:
      return "PBAY_E_PROTOCOL";
    case PBAY_E_CONFIG:
      return "PBAY_E_CONFIG";
    case PBAY_E_ABI:
      return "PBAY_E_ABI";
    case PBAY_E_PANIC:
      return "PBAY_E_PANIC";
    default:
      return "the status " + std::to_string(status);
  }
}

}  // namespace patchbay::check
