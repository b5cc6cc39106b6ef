#include "plugins/gemini/images.hpp"

#include <algorithm>
#include <utility>

#include "plugins/gemini/candidate.hpp"
#include "plugins/gemini/image_request.hpp"
#include "plugins/gemini/model_traits.hpp"
#include "plugins/gemini/usage.hpp"
#include "plugins/gemini/vendor_error.hpp"
#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins::gemini {
namespace {

std::string predict_body(const ImageRequest& wish) {
  BodyText body;
  body.add("{\"instances\":[{\"prompt\":").quote(wish.prompt).add("}],\"parameters\":{");
  body.add("\"sampleCount\":" + std::to_string(wish.count));
  if (!wish.shape.empty()) body.add(",\"aspectRatio\":").quote(wish.shape);
  if (!wish.format.empty()) {
    body.add(",\"outputOptions\":{\"mimeType\":").quote(wish.format).add("}");
  }
  return body.add("}}").str();
}

std::string content_body(const ImageRequest& wish) {
  BodyText body;
  body.add("{\"contents\":[{\"role\":\"user\",\"parts\":[").append(wish.images);
  body.add("{\"text\":").quote(wish.prompt).add("}]}],");
  body.add("\"generationConfig\":{\"responseModalities\":[\"TEXT\",\"IMAGE\"]");
  if (!wish.shape.empty())
    body.add(",\"imageConfig\":{\"aspectRatio\":").quote(wish.shape).add("}");
  return body.add("}}").str();
}

// Adds what is known; an unknown count and a known one are the known one.
void add_count(std::int64_t& sum, std::int64_t count) {
  if (count >= 0) sum = std::max<std::int64_t>(sum, 0) + count;
}

}  // namespace

bool Images::build(const pbay_request& request, Translation& translation, UpstreamRequest& out) {
  if (requests_left_ < 0) {
    ImageRequest wish;
    if (!read_image_request(request, translation, wish)) return false;
    const bool imagen = translation.model.is_imagen;
    target_ = model_path(sdk::view(request.model)) + (imagen ? ":predict" : ":generateContent");
    body_ = imagen ? predict_body(wish) : content_body(wish);
    requests_left_ = imagen ? 1 : wish.count;
  }
  --requests_left_;
  answered_ = false;
  out.target = target_;
  out.body.add(body_);
  return true;
}

Outcome Images::fail(UpstreamError error) {
  error_ = std::move(error);
  return Outcome::kFailed;
}

Outcome Images::piece(std::string_view data, sdk::Sink& sink) {
  if (!json_.parse(trimmed(data)) || !json_.root().is_object()) {
    return fail(upstream_fault("the upstream sent an answer that is not JSON"));
  }
  const JsonValue root = json_.root();
  if (const JsonValue error = root["error"]) return fail(classify_vendor_value(error));
  answered_ = true;
  return root["candidates"] || root["promptFeedback"] ? read_contents(root, sink)
                                                      : read_predictions(root["predictions"], sink);
}

void Images::say(JsonValue data, JsonValue type, JsonValue prompt, sdk::Sink& sink) {
  if (images_ == 0) sink.meta({.created = host_.unix_ms() / 1000});
  const sdk::At place{.choice = 0, .item = images_++};
  const std::string_view mime = type.text(second_scratch_);
  sink.image(place,
             PBAY_DATA_BASE64,
             data.text(scratch_),
             mime.empty() ? "image/png" : mime,
             prompt.text(third_scratch_));
  sink.item_end(place);
}

// The vendor sends 200 where its filters have left nothing; for us that is a refusal.
Outcome Images::no_image(std::string_view reason, const std::string& words) {
  UpstreamError error = upstream_fault("the upstream made no image");
  if (!reason.empty() && reason != "STOP") error.message.append(" (").append(reason).append(")");
  constexpr std::size_t kWordsMax = 500;
  if (!words.empty()) error.message += ": " + words.substr(0, kWordsMax);
  if (finish_reason_of(reason, false) == PBAY_FINISH_CONTENT || reason == "filtered") {
    error.category = PBAY_ERR_CONTENT;
  }
  error.flags = PBAY_ERRF_FAILOVER;  // the same words would have the same answer
  return fail(std::move(error));
}

Outcome Images::read_predictions(JsonValue predictions, sdk::Sink& sink) {
  std::string reason;
  for (const JsonValue prediction : predictions.elements()) {
    const JsonValue data = prediction["bytesBase64Encoded"];
    if (!data.escaped().empty()) {
      say(data, prediction["mimeType"], prediction["prompt"], sink);
    } else if (reason.empty()) {
      reason = prediction["raiFilteredReason"].string();
    }
  }
  // An empty answer, too, is what the filters leave.
  return images_ > 0 ? Outcome::kMore : no_image("filtered", reason);
}

Outcome Images::read_contents(JsonValue root, sdk::Sink& sink) {
  const std::uint32_t before = images_;
  std::string words;
  std::string reason;
  const JsonValue blocked = root["promptFeedback"]["blockReason"];
  for (const JsonValue candidate : root["candidates"].elements()) {
    if (candidate["finishReason"].is_string()) reason = candidate["finishReason"].string();
    for (const JsonValue part : candidate["content"]["parts"].elements()) {
      const JsonValue data = part["inlineData"];
      if (part["thought"].is_true()) continue;
      if (!data["data"].escaped().empty()) say(data["data"], data["mimeType"], {}, sink);
      words += part["text"].string();
    }
    if (words.empty()) words = candidate["finishMessage"].string();
  }
  if (images_ == before) {
    return blocked.is_string() ? no_image("filtered", blocked.string()) : no_image(reason, words);
  }
  if (!words.empty()) host_.log(PBAY_LOG_DEBUG, 0, "words beside an image were left out");
  if (root["usageMetadata"].is_object()) say_usage(root["usageMetadata"], sink);
  return Outcome::kMore;
}

void Images::say_usage(JsonValue usage, sdk::Sink& sink) {
  const pbay_ev_usage event = usage_event(usage);
  add_count(usage_.input, event.input);
  add_count(usage_.output, event.output);
  add_count(usage_.reasoning, event.reasoning);
  add_count(usage_.cache_read, event.cache_read);
  add_count(usage_.image_in, event.image_in);
  add_count(usage_.image_out, event.image_out);
  sink.usage(usage_);
}

Outcome Images::end(sdk::Sink& sink) {
  if (!answered_) return fail(upstream_fault("the upstream sent no answer"));
  if (requests_left_ > 0) return Outcome::kNext;
  sink.finish(0, PBAY_FINISH_STOP, {});
  return Outcome::kDone;
}

}  // namespace patchbay::plugins::gemini
