#include "plugins/stub/media_request.hpp"

#include <charconv>
#include <system_error>
#include <utility>

#include "patchbay/host.hpp"
#include "plugins/shared/openai_choice.hpp"
#include "plugins/stub/sound.hpp"

namespace patchbay::plugins::stub {
namespace {

constexpr std::int64_t kImagesMax = 10;
constexpr std::int64_t kPreviewsMax = 3;
constexpr std::uint32_t kSideMin = 16;
constexpr std::uint32_t kSideMax = 4096;
constexpr std::int64_t kDimensionsMax = 4096;
constexpr std::size_t kInputsMax = 2048;

bool is_tokens(JsonValue value) {
  if (!value.is_array() || value.elements().empty()) return false;
  for (const JsonValue element : value.elements()) {
    if (element.kind() != JsonKind::kNumber) return false;
  }
  return true;
}

// A text, tokens, or a list of these. False if it is something else.
bool read_inputs(JsonValue value, std::vector<std::string>& out) {
  const auto read_one = [&out](JsonValue one) {
    if (one.is_string()) {
      out.push_back(one.string());
    } else if (is_tokens(one)) {
      out.emplace_back(one.raw());
    } else {
      return false;
    }
    return true;
  };
  if (read_one(value)) return true;
  for (const JsonValue element : value.elements()) {
    if (!read_one(element) || out.size() > kInputsMax) return false;
  }
  return !out.empty();
}

bool read_side(std::string_view text, std::uint32_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out >= kSideMin &&
         out <= kSideMax;
}

std::string read_size(const RequestFields& fields, ImageRequest& out) {
  const std::string size = fields.text("size").value_or("auto");
  if (size.empty() || size == "auto") return {};
  const std::size_t by = size.find('x');
  if (by != size.npos && read_side(std::string_view(size).substr(0, by), out.width) &&
      read_side(std::string_view(size).substr(by + 1), out.height)) {
    return {};
  }
  return "size: must be auto, or WIDTHxHEIGHT with both from " + std::to_string(kSideMin) + " to " +
         std::to_string(kSideMax);
}

}  // namespace

std::string read_completion_request(const RequestFields& fields, ChatRequest& out) {
  std::vector<std::string> prompts;
  if (const JsonValue prompt = fields.json("prompt"); prompt && !read_inputs(prompt, prompts)) {
    return "prompt: must be a text, tokens, or a list of them";
  }
  if (prompts.empty()) prompts.emplace_back();
  for (const std::string& prompt : prompts)
    out.prompt_words += count_words(prompt);
  out.message_count = static_cast<std::int64_t>(prompts.size());
  out.last_user_text = std::move(prompts.back());
  std::string complaint = fields.number("n", 1, kChoicesMax, out.choices);
  out.choices *= out.message_count;
  if (complaint.empty() && out.choices > kChoicesMax) {
    complaint = "prompt: with n, at most " + std::to_string(kChoicesMax) + " answers are given";
  }
  return complaint;
}

std::string read_image_request(const RequestFields& fields,
                               ImageTask task,
                               bool streaming,
                               ImageRequest& out) {
  out.prompt = fields.text("prompt").value_or("");
  if (task != ImageTask::kVariation && out.prompt.empty()) return "prompt: must be text";
  if (task != ImageTask::kGeneration) {
    if (const pbay_part* upload = fields.part("image")) {
      out.uploaded = hash_of(content_of(*upload)) | 1U;
    } else if (const JsonValue image =
                   fields.json("image") ? fields.json("image") : fields.json("images")) {
      out.uploaded = hash_of(image.raw()) | 1U;
    } else {
      return "image: is missing";
    }
  }
  std::string complaint = fields.number("n", 1, kImagesMax, out.count);
  if (complaint.empty() && streaming) {
    complaint = fields.number("partial_images", 0, kPreviewsMax, out.previews);
  }
  if (complaint.empty()) complaint = read_size(fields, out);
  out.as_url = fields.text("response_format") == "url";
  return complaint;
}

std::string read_embedding_request(const RequestFields& fields, EmbeddingRequest& out) {
  if (!read_inputs(fields.json("input"), out.inputs)) {
    return "input: must be a text, tokens, or a list of at most " + std::to_string(kInputsMax) +
           " of them";
  }
  for (const std::string& input : out.inputs)
    out.words += count_words(input);
  return fields.number("dimensions", 1, kDimensionsMax, out.dimensions);
}

std::string read_speech_request(const RequestFields& fields, SpeechRequest& out) {
  out.input = fields.text("input").value_or("");
  if (out.input.empty()) return "input: must be text";
  out.is_pcm = fields.text("response_format") == "pcm";
  return {};
}

std::string read_transcription_request(const RequestFields& fields, TranscriptionRequest& out) {
  const pbay_part* file = fields.part("file");
  if (file == nullptr) return "file: is missing";
  out.file_name = sdk::view(file->filename);
  out.content_type = sdk::view(file->content_type);
  out.bytes = file->length;
  out.duration_us = duration_us_of(content_of(*file), file->length);
  out.prompt_words = count_words(fields.text("prompt").value_or(""));
  if (auto language = fields.text("language"); language && !language->empty()) {
    out.language = std::move(*language);
  }
  return {};
}

std::string read_moderation_request(const RequestFields& fields, ModerationRequest& out) {
  const JsonValue input = fields.json("input");
  if (input.is_string()) {
    out.inputs.push_back(input.string());
    return {};
  }
  // Parts, as of a chat message, are one input together; texts are one each.
  std::string parts;
  bool has_parts = false;
  for (const JsonValue element : input.elements()) {
    if (element.is_string()) {
      out.inputs.push_back(element.string());
    } else if (element.is_object()) {
      has_parts = true;
      parts += element["text"].string() + '\n';
    } else {
      return "input: must be a text, or a list of texts or of parts";
    }
    if (out.inputs.size() > kInputsMax) return "input: has too many elements";
  }
  if (has_parts) out.inputs.push_back(std::move(parts));
  return out.inputs.empty() ? "input: must be a text, or a list of texts or of parts" : "";
}

std::string read_request_script(const RequestFields& fields, const char* text_field, Script& out) {
  std::string complaint;
  if (const pbay_part* part = fields.part("stub")) {
    JsonText json;
    if (!json.parse(content_of(*part))) return "stub: is not JSON";
    complaint = read_script(json.root(), false, out);
  } else if (const JsonValue script = fields.json("stub")) {
    complaint = read_script(script, false, out);
  }
  if (complaint.empty()) {
    complaint = read_text_script(fields.text(text_field).value_or(""), out);
  }
  return complaint.empty() ? complaint : "stub: " + complaint;
}

}  // namespace patchbay::plugins::stub
