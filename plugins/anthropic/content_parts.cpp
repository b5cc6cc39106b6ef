#include "plugins/anthropic/content_parts.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "plugins/anthropic/json_object.hpp"
#include "plugins/shared/base64.hpp"

namespace patchbay::plugins::anthropic {
namespace {

struct DataUrl {
  std::string_view mime;
  std::string_view base64;
};

// "data:image/png;base64,...", with or without further parameters.
std::optional<DataUrl> data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kMark = ";base64,";
  const std::size_t mark = url.find(kMark);
  if (!url.starts_with(kScheme) || mark == url.npos) return std::nullopt;
  std::string_view type = url.substr(kScheme.size(), mark - kScheme.size());
  type = type.substr(0, type.find(';'));
  if (type == "image/jpg") type = "image/jpeg";  // a common slip
  return DataUrl{type, url.substr(mark + kMark.size())};
}

// What may stand between two quotes: text() can give half a surrogate pair.
bool is_utf8(std::string_view text) {
  std::string quoted;
  append_quoted(quoted, text);
  JsonText json;
  return json.parse(quoted);
}

// Base64 without the line ends that mail programs put into it; nothing where it is something else.
std::optional<std::string_view> pure_base64(std::string_view text, std::string& scratch) {
  constexpr std::string_view kSpace = " \t\r\n";
  constexpr std::string_view kSigns = "+/=-_";
  if (text.find_first_of(kSpace) != text.npos) {
    scratch.clear();
    for (const char c : text) {
      if (kSpace.find(c) == kSpace.npos) scratch.push_back(c);
    }
    text = scratch;
  }
  const bool pure = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kSigns.find(c) != kSigns.npos;
  });
  return pure ? std::optional(text) : std::nullopt;
}

bool is_web_url(std::string_view url) {
  return (url.starts_with("http://") || url.starts_with("https://")) && is_utf8(url);
}

bool is_image(std::string_view mime) {
  constexpr std::array<std::string_view, 4> kTypes{
      "image/jpeg", "image/png", "image/gif", "image/webp"};
  return std::find(kTypes.begin(), kTypes.end(), mime) != kTypes.end();
}

// Appends a block up to its closing brace.
struct OpenBlock {
  OpenBlock(Blocks& to, std::string_view type) : blocks(to), object(opened(to)) {
    object.text("type", type);
  }
  void close(JsonValue cache_control) {
    blocks.last_is_cached = cache_control.is_object();
    if (blocks.last_is_cached) object.raw("cache_control", cache_control.raw());
    object.end();
  }
  static std::string& opened(Blocks& blocks) {
    next_element(blocks.text);
    return blocks.text;
  }
  Blocks& blocks;
  JsonObject object;
};

// Where the content of an image or document is, in the vendor's words.
struct Source {
  std::string_view kind;  // base64, text or url
  std::string_view mime;  // "" for url
  std::string_view content;
};

void append_block(std::string_view type, const Source& from, JsonValue part, Blocks& blocks) {
  OpenBlock block(blocks, type);
  block.object.key("source");
  JsonObject source(blocks.text);
  source.text("type", from.kind);
  if (!from.mime.empty()) source.text("media_type", from.mime);
  source.text(from.kind == "url" ? "url" : "data", from.content);
  source.end();
  const JsonValue filename = part["file"]["filename"];
  if (type == "document" && !filename.escaped().empty()) {
    block.object.raw("title", filename.raw());
  }
  block.close(part["cache_control"]);
}

bool append_base64(std::string_view type,
                   const DataUrl& data,
                   JsonValue part,
                   const std::string& path,
                   Blocks& blocks,
                   Translation& out) {
  std::string scratch;
  const auto pure = pure_base64(data.base64, scratch);
  if (!pure) return out.refuse(path, "What follows `;base64,` is not base64.");
  append_block(type, {"base64", data.mime, *pure}, part, blocks);
  return true;
}

bool append_image(JsonValue part, const std::string& path, Blocks& blocks, Translation& out) {
  std::string scratch;
  const JsonValue holder = part["image_url"];
  const std::string_view url = (holder.is_object() ? holder["url"] : holder).text(scratch);
  const std::string at = path + ".image_url.url";
  const std::optional<DataUrl> data = data_url(url);
  if (data && is_image(data->mime)) return append_base64("image", *data, part, at, blocks, out);
  if (data) {
    return out.refuse(at,
                      "An image must be image/jpeg, image/png, image/gif or image/webp, but this "
                      "is " +
                          std::string(data->mime.substr(0, 60)) + ".");
  }
  if (!is_web_url(url)) {
    return out.refuse(at, "An image must be an http:// or https:// URL or a data: URL in base64.");
  }
  append_block("image", {"url", {}, url}, part, blocks);
  return true;
}

// A file is a PDF, a text or an image, in itself or at a URL.
bool append_file(JsonValue part, const std::string& path, Blocks& blocks, Translation& out) {
  const JsonValue file = part["file"];
  const std::string at = path + ".file.file_data";
  if (!file["file_data"].is_string()) {
    return out.refuse(at,
                      "A file must be sent within the request, as a data: URL: this provider does "
                      "not know the files of another.");
  }
  std::string scratch;
  const std::string_view content = file["file_data"].text(scratch);
  if (is_web_url(content)) {
    append_block("document", {"url", {}, content}, part, blocks);
    return true;
  }
  // Some clients leave the data: URL's beginning out.
  const DataUrl data = data_url(content).value_or(DataUrl{"application/pdf", content});
  if (data.mime == "application/pdf") {
    return append_base64("document", data, part, at, blocks, out);
  }
  if (is_image(data.mime)) return append_base64("image", data, part, at, blocks, out);
  std::string text;
  if (data.mime.starts_with("text/") && decode_base64(data.base64, text) && is_utf8(text)) {
    append_block("document", {"text", "text/plain", text}, part, blocks);
    return true;
  }
  return out.refuse(at,
                    "A file must be a PDF, a text in UTF-8 or an image, but this is " +
                        std::string(data.mime.substr(0, 60)) + ".");
}

bool append_part(
    JsonValue part, const std::string& path, Speaker speaker, Blocks& blocks, Translation& out) {
  const JsonValue type = part["type"];
  const bool shows = speaker == Speaker::kUser || speaker == Speaker::kTool;
  if (type.says("text") || type.says("input_text") || type.says("output_text")) {
    append_text_block(part["text"].escaped(), part["cache_control"], blocks);
    return true;
  }
  if (type.says("refusal")) {
    append_text_block(part["refusal"].escaped(), {}, blocks);
    return true;
  }
  if (type.says("image_url") && shows) return append_image(part, path, blocks, out);
  if (type.says("file") && shows) return append_file(part, path, blocks, out);
  if (speaker == Speaker::kAssistant &&
      (type.says("thinking") || type.says("redacted_thinking") || type.says("reasoning"))) {
    return true;  // read with the message's reasoning
  }
  if (type.says("input_audio")) {
    return out.refuse(path + ".input_audio", "This provider's models take no audio.");
  }
  return out.refuse(path + ".type",
                    "A content part of the type '" + type.string().substr(0, 60) +
                        "' cannot be sent to this provider here.");
}

}  // namespace

bool is_blank(std::string_view escaped) {
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == ' ') continue;
    constexpr std::string_view kSpaces = "ntr";
    const bool space = escaped[i] == '\\' && i + 1 < escaped.size() &&
                       kSpaces.find(escaped[i + 1]) != kSpaces.npos;
    if (!space) return false;
    ++i;
  }
  return true;
}

void Blocks::cache_last(JsonValue cache_control) {
  if (text.empty() || last_is_cached || !cache_control.is_object()) return;
  text.pop_back();
  text.append(",\"cache_control\":").append(cache_control.raw()).append("}");
  last_is_cached = true;
}

void append_text_block(std::string_view escaped, JsonValue cache_control, Blocks& blocks) {
  if (is_blank(escaped)) return;
  OpenBlock block(blocks, "text");
  block.object.escaped("text", escaped);
  block.close(cache_control);
}

bool append_content(
    JsonValue content, std::string_view path, Speaker speaker, Blocks& blocks, Translation& out) {
  if (!content) return true;
  if (content.is_string()) {
    append_text_block(content.escaped(), {}, blocks);
    return true;
  }
  if (!content.is_array()) {
    return out.refuse(std::string(path), "The content must be text or a list of parts.");
  }
  std::size_t index = 0;
  for (const JsonValue part : content.elements()) {
    const std::string at = element(path, index++);
    if (part.is_string()) {
      append_text_block(part.escaped(), {}, blocks);
    } else if (!part.is_object()) {
      return out.refuse(at, "A content part must be an object.");
    } else if (!append_part(part, at, speaker, blocks, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace patchbay::plugins::anthropic
