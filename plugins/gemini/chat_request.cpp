#include "plugins/gemini/chat_request.hpp"

#include <algorithm>
#include <array>

#include "plugins/gemini/contents.hpp"
#include "plugins/gemini/options.hpp"
#include "plugins/gemini/schema.hpp"
#include "plugins/gemini/tools.hpp"

namespace patchbay::plugins::gemini {
namespace {

// What some part of the translation reads, or what is said in another place: in the URL, by the
// host.
constexpr std::array<std::string_view, 38> kRead{"model",
                                                 "messages",
                                                 "stream",
                                                 "stream_options",
                                                 "temperature",
                                                 "top_p",
                                                 "top_k",
                                                 "stop",
                                                 "max_tokens",
                                                 "max_completion_tokens",
                                                 "n",
                                                 "seed",
                                                 "presence_penalty",
                                                 "frequency_penalty",
                                                 "logprobs",
                                                 "top_logprobs",
                                                 "response_format",
                                                 "reasoning_effort",
                                                 "reasoning",
                                                 "thinking",
                                                 "include_reasoning",
                                                 "modalities",
                                                 "image_config",
                                                 "tools",
                                                 "tool_choice",
                                                 "functions",
                                                 "function_call",
                                                 "web_search_options",
                                                 "safety_settings",
                                                 "google",
                                                 "extra_body",
                                                 "media_resolution",
                                                 "cached_content",
                                                 "usage",
                                                 "user",
                                                 "metadata",
                                                 "store",
                                                 "parallel_tool_calls"};

void note_unread_fields(JsonValue request, Translation& translation) {
  std::string scratch;
  for (const JsonValue member : request.members()) {
    const std::string_view name = member.key().text(scratch);
    const bool read = std::find(kRead.begin(), kRead.end(), name) != kRead.end();
    if (member && !read) note_dropped(translation.dropped, name);
  }
  if (request["parallel_tool_calls"].kind() == JsonKind::kFalse) {
    note_dropped(translation.dropped, "parallel_tool_calls");
  }
}

void write_safety_settings(JsonValue request, const Translation& translation, BodyText& out) {
  JsonValue own = request["safety_settings"];
  if (!own) own = google_extension(request)["safety_settings"];
  const std::string_view settings = own.is_array() ? own.raw() : translation.safety_settings;
  if (!settings.empty()) out.add(",\"safetySettings\":").add(settings);
}

void write_cached_content(JsonValue request, BodyText& out) {
  JsonValue cached = request["cached_content"];
  if (!cached) cached = google_extension(request)["cached_content"];
  if (cached.is_string()) out.add(",\"cachedContent\":").add(cached.raw());
}

}  // namespace

bool write_chat_request(JsonValue request, Translation& translation, BodyText& out) {
  if (!request.is_object()) return translation.refuse("", "the body is not a JSON object");
  out.add("{");
  if (!write_contents(request["messages"], translation, out) ||
      !write_tools(request, translation, out) || !write_options(request, translation, out)) {
    return false;
  }
  write_safety_settings(request, translation, out);
  write_cached_content(request, out);
  out.add("}");
  note_unread_fields(request, translation);
  return true;
}

}  // namespace patchbay::plugins::gemini
