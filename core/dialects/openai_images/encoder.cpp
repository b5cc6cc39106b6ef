#include "core/dialects/openai_images/encoder.hpp"

#include <algorithm>

#include "core/base/base64.hpp"
#include "core/base/clock.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/openai_chat/vocabulary.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_images {
namespace {

using chat::event_as;
using chat::view;

std::string base64_of(const pbay_ev_image& image) {
  if (image.kind == PBAY_DATA_BASE64) return std::string(view(image.data));
  std::string text;
  append_base64(text, view(image.data));
  return text;
}

std::string usage_of(const pbay_ev_usage& usage) {
  if (usage.native_json.len > 0) return std::string(view(usage.native_json));
  const std::int64_t input = std::max<std::int64_t>(usage.input, 0);
  const std::int64_t output = std::max<std::int64_t>(usage.output, 0);
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("input_tokens", input)
      .member("output_tokens", output)
      .member("total_tokens", input + output)
      .key("input_tokens_details")
      .begin_object()
      .member("text_tokens", input - std::max<std::int64_t>(usage.image_in, 0))
      .member("image_tokens", std::max<std::int64_t>(usage.image_in, 0))
      .end_object()
      .end_object();
  return text;
}

// "png" of "image/png".
std::string_view format_of(std::string_view mime) {
  const std::size_t slash = mime.find('/');
  return slash == mime.npos ? "png" : mime.substr(slash + 1);
}

}  // namespace

pbay_status Encoder::on_event(const pbay_event& event, std::string& out) {
  switch (event.type) {
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event)) return take_image(*image, out);
      return PBAY_E_PROTOCOL;
    case PBAY_EV_META:
      if (const auto* meta = event_as<pbay_ev_meta>(event)) created_ = meta->created;
      break;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) usage_json_ = usage_of(*usage);
      break;
    case PBAY_EV_EXTRA:
      if (const auto* extra = event_as<pbay_ev_extra>(event);
          extra != nullptr && extra->at == PBAY_AT_ANSWER && hold(extra->json.len)) {
        fields_ += ',';
        json::append_string(fields_, view(extra->key));
        fields_ += ':';
        fields_ += view(extra->json);
      }
      break;
    default:
      break;
  }
  return OperationEncoder::on_event(event, out);
}

pbay_status Encoder::take_image(const pbay_ev_image& image, std::string& out) {
  if (options().stream) {
    stream_image(image, out);
    return PBAY_OK;
  }
  if (image.partial >= 0) return PBAY_OK;  // nobody asked for previews
  if (!hold(image.data.len)) return PBAY_E_PROTOCOL;
  if (!images_.empty()) images_ += ',';
  images_ += element_of(image);
  return PBAY_OK;
}

std::string Encoder::element_of(const pbay_ev_image& image) const {
  std::string element;
  json::Writer writer(element);
  writer.begin_object();
  if (image.kind == PBAY_DATA_URL || form_.as_url) {
    writer.member("url", openai_chat::image_url(image));
  } else {
    writer.member("b64_json", base64_of(image));
  }
  if (image.revised_prompt.len > 0) writer.member("revised_prompt", view(image.revised_prompt));
  writer.end_object();
  return element;
}

void Encoder::stream_image(const pbay_ev_image& image, std::string& out) const {
  const bool preview = image.partial >= 0;
  std::string type = form_.edit ? "image_edit." : "image_generation.";
  type += preview ? "partial_image" : "completed";
  std::string data;
  json::Writer writer(data);
  writer.begin_object().member("type", type);
  if (image.kind == PBAY_DATA_URL) {
    writer.member("url", view(image.data));
  } else {
    writer.member("b64_json", base64_of(image));
  }
  if (preview) writer.member("partial_image_index", image.partial);
  writer.member("created_at", created());
  const std::string_view format =
      form_.output_format.empty() ? format_of(view(image.mime)) : form_.output_format;
  writer.member("output_format", format);
  if (!preview && !usage_json_.empty()) writer.key("usage").raw(usage_json_);
  writer.end_object();
  append_event(out, type, data);
}

std::int64_t Encoder::created() const {
  return created_ > 0 ? created_ : unix_ms() / 1000;
}

void Encoder::finish(std::string& out) {
  if (raw()) return OperationEncoder::finish(out);
  if (options().stream) return;
  out += "{\"created\":" + std::to_string(created()) + ",\"data\":[" + images_ + ']' + fields_;
  if (!usage_json_.empty()) out += ",\"usage\":" + usage_json_;
  out += '}';
}

}  // namespace patchbay::dialects::openai_images
