#include "core/dialects/openai_chat/vocabulary.hpp"

#include <array>

#include "core/base/base64.hpp"
#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"
#include "core/chat/event.hpp"
#include "core/json/scan.hpp"
#include "core/json/tail.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

using chat::view;

std::int64_t at_least_zero(std::int64_t count) {
  return count < 0 ? 0 : count;
}

}  // namespace

void AnswerHead::take(const pbay_ev_meta& meta, bool keep_model) {
  if (meta.id.len > 0) id = view(meta.id);
  if (!keep_model && meta.model.len > 0) model = view(meta.model);
  if (meta.fingerprint.len > 0) fingerprint = view(meta.fingerprint);
  if (meta.created > 0) created = meta.created;
}

void AnswerHead::complete() {
  if (id.empty()) id = "chatcmpl-" + make_uuid();
  if (created == 0) created = unix_ms() / 1000;
}

std::string_view finish_word(std::int32_t reason, bool has_tools) {
  switch (reason) {
    case PBAY_FINISH_LENGTH:
      return "length";
    case PBAY_FINISH_TOOLS:
      return "tool_calls";
    case PBAY_FINISH_CONTENT:
      return "content_filter";
    default:
      return has_tools ? "tool_calls" : "stop";
  }
}

void append_text(std::string& out, const pbay_event& event, std::string_view text) {
  if ((event.flags & PBAY_EVF_ESCAPED) != 0) {
    out += text;
  } else {
    json::append_escaped(out, text);
  }
}

void append_usage(std::string& out, const pbay_ev_usage& usage) {
  if (usage.native_json.len > 0) {
    // A vendor of this very shape: its own object holds more than the counts.
    std::array<json::Wanted, 2> wanted{{{.path = "prompt_tokens"}, {.path = "total_tokens"}}};
    const std::string_view native = view(usage.native_json);
    if (json::scan(native, wanted) && wanted[0].found && wanted[1].found) {
      out += native;
      return;
    }
  }
  const std::int64_t input = at_least_zero(usage.input);
  const std::int64_t output = at_least_zero(usage.output);
  json::Writer writer(out);
  writer.begin_object()
      .member("prompt_tokens", input)
      .member("completion_tokens", output)
      .member("total_tokens", input + output)
      .key("prompt_tokens_details")
      .begin_object()
      .member("cached_tokens", at_least_zero(usage.cache_read))
      .member("audio_tokens", at_least_zero(usage.audio_in))
      .end_object()
      .key("completion_tokens_details")
      .begin_object()
      .member("reasoning_tokens", at_least_zero(usage.reasoning))
      .member("audio_tokens", at_least_zero(usage.audio_out))
      .end_object()
      .end_object();
}

void append_signature_detail(std::string& out, const pbay_ev_signature& signature) {
  const bool redacted = view(signature.format).ends_with(".redacted");
  json::Writer writer(out);
  writer.begin_object()
      .member("type", redacted ? "reasoning.encrypted" : "reasoning.text")
      .member(redacted ? "data" : "signature", view(signature.data))
      .member("format", view(signature.format))
      .member("index", signature.h.item)
      .end_object();
}

std::string image_url(const pbay_ev_image& image) {
  if (image.kind == PBAY_DATA_URL) return std::string(view(image.data));
  const std::string_view mime = image.mime.len > 0 ? view(image.mime) : "image/png";
  std::string url = "data:" + std::string(mime) + ";base64,";
  if (image.kind == PBAY_DATA_BASE64) {
    url += view(image.data);
  } else {
    append_base64(url, view(image.data));
  }
  return url;
}

void append_with_model(std::string& out, std::string_view json, std::string_view model) {
  std::array<json::Wanted, 1> wanted{{{.path = "model"}}};
  if (!json::scan(json, wanted) || !wanted[0].is(json::Kind::kString)) {
    out += json;
    return;
  }
  const json::Pieces pieces = json::cut(json, wanted[0].span);
  out += pieces.before;
  json::append_string(out, model);
  out += pieces.after;
}

void read_usage(std::string_view json, chat::Usage& usage) {
  // Most chunks have none, or "usage":null, and in whole answers it stands at the end.
  const std::string_view counts = json::last_object_named(json, "usage");
  if (counts.empty()) return;
  std::array<json::Wanted, 6> wanted{{{.path = "prompt_tokens"},
                                      {.path = "completion_tokens"},
                                      {.path = "prompt_tokens_details.cached_tokens"},
                                      {.path = "input_tokens"},
                                      {.path = "output_tokens"},
                                      {.path = "input_tokens_details.cached_tokens"}}};
  if (!json::scan(counts, wanted)) return;
  const auto take = [&](std::int64_t& count, std::size_t older, std::size_t newer) {
    if (const auto told = json::int_of(counts, wanted[older])) count = *told;
    if (const auto told = json::int_of(counts, wanted[newer])) count = *told;
  };
  take(usage.input, 0, 3);
  take(usage.output, 1, 4);
  take(usage.cached, 2, 5);
}

}  // namespace patchbay::dialects::openai_chat
