#include "plugins/shared/openai_images.hpp"

#include <array>

namespace patchbay::plugins {
namespace {

constexpr std::uint32_t kImagesMax = 128;  // of one answer; more is no answer but an attack

bool ends_with(JsonValue type, std::string_view end) {
  return type.escaped().ends_with(end);
}

}  // namespace

std::string_view image_type_of(std::string_view base64) {
  struct Beginning {
    std::string_view base64, type;
  };
  static constexpr std::array kBeginnings{Beginning{"iVBORw0KGgo", "image/png"},
                                          Beginning{"/9j/", "image/jpeg"},
                                          Beginning{"UklGR", "image/webp"},
                                          Beginning{"R0lGOD", "image/gif"}};
  for (const Beginning& known : kBeginnings) {
    if (base64.starts_with(known.base64)) return known.type;
  }
  return {};
}

void OpenAiImages::say_meta(JsonValue created, sdk::Sink& sink) {
  if (meta_said_) return;
  meta_said_ = true;
  sink.meta({.created = created.integer().value_or(0)});
}

// `format`: what the answer says of all its images ("png"), or empty.
void OpenAiImages::say_image(JsonValue image, std::string_view format, sdk::Sink& sink) {
  const sdk::At at{.choice = 0, .item = images_};
  const std::string prompt = image["revised_prompt"].string();
  std::string url_or_data;
  if (const JsonValue data = image["b64_json"]; !data.escaped().empty()) {
    const std::string_view base64 = data.text(url_or_data);
    std::string type = image["media_type"].string();
    if (type.empty() && !format.empty()) type = "image/" + std::string(format);
    if (type.empty()) type = image_type_of(base64);
    sink.image(at, PBAY_DATA_BASE64, base64, type, prompt);
  } else {
    sink.image(at, PBAY_DATA_URL, image["url"].text(url_or_data), {}, prompt);
  }
  sink.item_end(at);
  ++images_;
}

void OpenAiImages::say_preview(JsonValue event, sdk::Sink& sink) {
  const JsonValue data = event["b64_json"];
  if (data.escaped().empty()) return;
  const std::string_view base64 = data.text(scratch_);
  const std::string format = event["output_format"].string();
  const auto number = event["partial_image_index"].integer().value_or(0);
  sink.preview({.choice = 0, .item = images_},
               number >= 0 && number < 1000 ? static_cast<std::int32_t>(number) : 0,
               PBAY_DATA_BASE64,
               base64,
               format.empty() ? std::string(image_type_of(base64)) : "image/" + format);
}

ReadOutcome OpenAiImages::chunk(std::string_view data, std::string_view event, sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  data = trimmed(data);
  if (data.empty()) return ReadOutcome::kMore;
  if (data == "[DONE]") return end(sink);
  if (!parse(data, event)) return ReadOutcome::kFailed;
  const JsonValue root = json_.root();
  const JsonValue type = root["type"];
  if (ends_with(type, ".partial_image")) {
    say_meta(root["created_at"], sink);
    say_preview(root, sink);
  } else if (ends_with(type, ".completed")) {
    if (root["b64_json"].escaped().empty() && root["url"].escaped().empty()) {
      return fail(upstream_fault("the upstream completed an image and did not send it"));
    }
    if (images_ == kImagesMax) return fail(upstream_fault("the upstream sent too many images"));
    say_meta(root["created_at"], sink);
    say_image(root, root["output_format"].string(), sink);
    say_others(root,
               {"type", "b64_json", "url", "created_at", "revised_prompt", "usage", "media_type"},
               {},
               PBAY_AT_ANSWER,
               sink);
    say_usage(root["usage"], sink);
  }
  return ReadOutcome::kMore;
}

ReadOutcome OpenAiImages::whole(std::string_view body, sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  if (!parse(body)) return ReadOutcome::kFailed;
  const JsonValue root = json_.root();
  say_meta(root["created"], sink);
  const std::string format = root["output_format"].string();
  for (const JsonValue image : root["data"].elements()) {
    if (image["b64_json"].escaped().empty() && image["url"].escaped().empty()) continue;
    if (images_ == kImagesMax) return fail(upstream_fault("the upstream sent too many images"));
    say_others(image,
               {"b64_json", "url", "revised_prompt", "media_type"},
               {.choice = 0, .item = images_},
               PBAY_AT_DELTA,
               sink);
    say_image(image, format, sink);
  }
  say_others(root, {"created", "data", "usage"}, {}, PBAY_AT_ANSWER, sink);
  say_usage(root["usage"], sink);
  return ReadOutcome::kMore;
}

ReadOutcome OpenAiImages::end(sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  if (images_ == 0) return fail(upstream_fault("the upstream sent an answer without images"));
  sink.finish(0, PBAY_FINISH_STOP, {});
  return done();
}

}  // namespace patchbay::plugins
