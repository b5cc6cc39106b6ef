#include "plugins/gemini/parts.hpp"

#include <algorithm>

#include "patchbay/host.hpp"
#include "plugins/gemini/media_type.hpp"
#include "plugins/gemini/schema.hpp"

namespace patchbay::plugins::gemini {
namespace {

PartResult refused(Translation& translation, std::string_view place, std::string_view message) {
  translation.refuse(std::string(place), std::string(message));
  return PartResult::kRefused;
}

// Some write types that nobody registered.
std::string_view registered(std::string_view type) {
  if (type == "image/jpg") return "image/jpeg";
  if (type == "audio/mpeg") return "audio/mp3";
  if (type == "audio/x-wav" || type == "audio/wave") return "audio/wav";
  return type;
}

void write_inline(std::string_view type, std::string_view escaped_data, BodyText& out) {
  out.add("{\"inlineData\":{\"mimeType\":").quote(registered(type)).add(",\"data\":\"");
  out.splice(escaped_data).add("\"}}");
}

// `escaped`: the inside of the JSON string, from which the data is taken as it is: base64 needs no
// escape, but a slash may have one.
PartResult write_data_url(std::string_view escaped,
                          std::string_view place,
                          Translation& translation,
                          BodyText& out) {
  const std::size_t comma = escaped.find(',');
  if (comma == escaped.npos) return refused(translation, place, "the data: URL has no data");
  std::string head;
  append_unescaped(head, escaped.substr(0, comma));
  const std::string_view said = std::string_view(head).substr(5);  // behind "data:"
  constexpr std::string_view kBase64 = ";base64";
  if (said.size() < kBase64.size() ||
      !sdk::same_name(said.substr(said.size() - kBase64.size()), kBase64)) {
    return refused(translation, place, "a data: URL must be in base64 for this provider");
  }
  const std::string_view type = said.substr(0, said.find(';'));
  if (comma + 1 == escaped.size()) return refused(translation, place, "the data: URL is empty");
  write_inline(type.empty() ? "text/plain" : type, escaped.substr(comma + 1), out);
  return PartResult::kWritten;
}

PartResult write_uri(std::string_view uri, std::string_view name, BodyText& out) {
  std::string_view type = media_type_of(uri);
  if (type.empty()) type = media_type_of(name);
  out.add("{\"fileData\":{\"fileUri\":").quote(uri);
  if (!type.empty()) out.add(",\"mimeType\":").quote(type);
  out.add("}}");
  return PartResult::kWritten;
}

PartResult write_file_id(JsonValue id,
                         std::string_view name,
                         std::string_view place,
                         Translation& translation,
                         BodyText& out) {
  const std::string file = id.string();
  if (file.starts_with("https://")) return write_uri(file, name, out);
  if (file.starts_with("files/")) {
    return write_uri(std::string(translation.api_url) + "/" + file, name, out);
  }
  return refused(translation,
                 place,
                 "the file id is another vendor's: this provider takes files/... and https URLs, "
                 "or the file itself");
}

// {"file_data": a data: URL, a URL or bare base64, "filename": ...} or {"file_id": ...}
PartResult write_file_part(JsonValue file,
                           std::string_view place,
                           Translation& translation,
                           BodyText& out) {
  const std::string name = file["filename"].string();
  const JsonValue data = file["file_data"];
  if (!data.is_string()) {
    if (file["file_id"].is_string()) {
      return write_file_id(file["file_id"], name, place, translation, out);
    }
    return refused(translation, place, "the file part has neither file_data nor file_id");
  }
  if (data.escaped().find(':') != std::string_view::npos) {
    return write_file(data, name, place, translation, out);
  }
  if (data.escaped().empty()) return refused(translation, place, "the file is empty");
  const std::string_view type = media_type_of(name);
  write_inline(type.empty() ? "application/pdf" : type, data.escaped(), out);
  return PartResult::kWritten;
}

PartResult write_audio_part(JsonValue audio,
                            std::string_view place,
                            Translation& translation,
                            BodyText& out) {
  if (!audio["data"].is_string() || audio["data"].escaped().empty()) {
    return refused(translation, place, "input_audio has no data");
  }
  const std::string format = audio["format"].string();
  write_inline("audio/" + (format.empty() ? "wav" : format), audio["data"].escaped(), out);
  return PartResult::kWritten;
}

PartResult write_text(JsonValue text, BodyText& out) {
  if (text.escaped().empty()) return PartResult::kNothing;
  out.add("{\"text\":").splice(text.raw()).add("}");
  return PartResult::kWritten;
}

// Parts that hold a URL, or an object with one, under their own type's name.
bool is_url_type(std::string_view type) {
  return type == "image_url" || type == "video_url" || type == "audio_url" || type == "file_url" ||
         type == "document_url";
}

}  // namespace

PartResult write_file(JsonValue url,
                      std::string_view name,
                      std::string_view place,
                      Translation& translation,
                      BodyText& out) {
  std::string scratch;
  const std::string_view start = url.escaped().substr(0, 16);
  append_unescaped(scratch, start.substr(0, start.find(':') + 1));
  if (sdk::same_name(scratch, "data:"))
    return write_data_url(url.escaped(), place, translation, out);
  if (sdk::same_name(scratch, "http:") || sdk::same_name(scratch, "https:") || scratch == "gs:") {
    return write_uri(url.text(scratch), name, out);
  }
  return refused(translation, place, "a file is a data: URL or an http(s) URL");
}

PartResult write_part(JsonValue part,
                      std::string_view place,
                      Translation& translation,
                      BodyText& out) {
  if (part.is_string()) return write_text(part, out);
  std::string scratch;
  const std::string_view type = part["type"].text(scratch);
  if (type == "text" || type == "input_text" || type == "output_text") {
    return write_text(part["text"], out);
  }
  if (type == "refusal") return write_text(part["refusal"], out);
  if (type == "thinking" || type == "reasoning" || type == "redacted_thinking") {
    return PartResult::kNothing;  // thoughts come back as signatures, not as text
  }
  if (type == "file") return write_file_part(part["file"], place, translation, out);
  if (type == "input_audio") return write_audio_part(part["input_audio"], place, translation, out);
  if (is_url_type(type)) {
    const JsonValue held = part[type];
    return write_file(held.is_object() ? held["url"] : held, {}, place, translation, out);
  }
  return refused(translation,
                 place,
                 type.empty() ? "a part needs a type"
                              : "this provider has no part of type " + std::string(type));
}

bool is_signature(std::string_view text) {
  while (text.ends_with('='))
    text.remove_suffix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '/' || c == '-' || c == '_';
  });
}

JsonValue extra_signature(JsonValue holder) {
  const JsonValue proof = holder["extra_content"]["google"]["thought_signature"];
  return proof.is_string() && is_signature(proof.string()) ? proof : JsonValue();
}

JsonValue detail_signature(JsonValue detail) {
  if (!detail["format"].escaped().starts_with("google")) return {};
  const JsonValue proof = detail["signature"] ? detail["signature"] : detail["data"];
  return proof.is_string() && is_signature(proof.string()) ? proof : JsonValue();
}

}  // namespace patchbay::plugins::gemini
