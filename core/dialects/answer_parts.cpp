#include "core/dialects/answer_parts.hpp"

#include "core/chat/event.hpp"
#include "core/dialects/line_text.hpp"
#include "core/dialects/openai_chat/vocabulary.hpp"
#include "core/json/value.hpp"

namespace patchbay::dialects {
namespace {

using chat::view;

constexpr std::string_view kPng = "image/png";

// A URL in Markdown ends at the first bracket or space that is not escaped.
void append_markdown_url(std::string& out, std::string_view url) {
  const auto append = [&](std::string_view piece) { append_line_escaped(out, piece); };
  std::size_t begin = 0;
  for (std::size_t at = url.find_first_of("() <>"); at != std::string_view::npos;
       at = url.find_first_of("() <>", begin)) {
    append(url.substr(begin, at - begin));
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(url[at]);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xF];
    begin = at + 1;
  }
  append(url.substr(begin));
}

std::string_view text_of(const json::Value* value) {
  return value == nullptr ? std::string_view() : value->as_string().value_or("");
}

}  // namespace

std::string_view hyphened_finish_word(std::int32_t reason, bool has_tools) {
  switch (reason) {
    case PBAY_FINISH_LENGTH:
      return "length";
    case PBAY_FINISH_TOOLS:
      return "tool-calls";
    case PBAY_FINISH_CONTENT:
      return "content-filter";
    case PBAY_FINISH_ERROR:
      return "error";
    case PBAY_FINISH_STOP:
      return has_tools ? "tool-calls" : "stop";
    default:
      return "other";
  }
}

void append_markdown_image(std::string& out, const pbay_ev_image& image) {
  out += "![Generated Image](";
  append_markdown_url(out, openai_chat::image_url(image));
  out += ')';
  if (image.revised_prompt.len == 0) return;
  out += R"(\n\n*Revised prompt: )";
  append_line_escaped(out, view(image.revised_prompt));
  out += '*';
}

ImageData image_data(const pbay_ev_image& image) {
  ImageData data;
  data.media_type = image.mime.len > 0 ? view(image.mime) : kPng;
  if (image.kind == PBAY_DATA_BASE64) data.base64 = view(image.data);
  if (image.kind != PBAY_DATA_URL) return data;
  data.is_url = true;
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kBase64 = ";base64";
  const std::string_view url = view(image.data);
  const std::size_t comma = url.find(',');
  if (!url.starts_with(kScheme) || comma == std::string_view::npos) return data;
  std::string_view type = url.substr(kScheme.size(), comma - kScheme.size());
  if (!type.ends_with(kBase64)) return data;
  type.remove_suffix(kBase64.size());
  if (!type.empty()) data.media_type = type;
  data.base64 = url.substr(comma + 1);
  data.is_url = false;
  return data;
}

void for_each_source(std::string_view annotations, const std::function<void(const Source&)>& take) {
  const auto list = json::parse(annotations);
  if (!list) return;
  for (const json::Value& annotation : list->items()) {
    if (text_of(annotation.find("type")) != "url_citation") continue;
    const json::Value* nested = annotation.find("url_citation");
    const json::Value& citation = nested == nullptr ? annotation : *nested;
    const Source source{text_of(citation.find("url")), text_of(citation.find("title"))};
    if (!source.url.empty()) take(source);
  }
}

}  // namespace patchbay::dialects
