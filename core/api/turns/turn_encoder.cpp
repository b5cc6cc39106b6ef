#include "core/api/turns/turn_encoder.hpp"

#include "core/base/base64.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/answer_parts.hpp"

namespace patchbay::api {

std::string_view TurnEncoder::content_type() const {
  return shared_.dialect.content_type();
}

pbay_status TurnEncoder::on_event(const pbay_event& event, std::string& out) {
  if (event.type == PBAY_EV_IMAGE && event.choice == 0) {
    if (const auto* image = chat::event_as<pbay_ev_image>(event)) return on_image(*image, out);
  }
  shared_.record.take(event);
  return shared_.dialect.on_event(event, out);
}

// An image that came as bytes is shown and stored by the URL of a file of ours.
pbay_status TurnEncoder::on_image(const pbay_ev_image& image, std::string& out) {
  if (image.partial >= 0) return shared_.dialect.on_event(image.h, out);
  const dialects::ImageData data = dialects::image_data(image);
  if (data.is_url) {
    shared_.record.take(image.h);
    return shared_.dialect.on_event(image.h, out);
  }
  storage::StoredFile file;
  file.media_type = data.media_type;
  if (image.kind == PBAY_DATA_BYTES) {
    file.bytes = chat::view(image.data);
  } else if (!append_unbase64(file.bytes, data.base64)) {
    return PBAY_E_PROTOCOL;
  }
  const Kept kept = shared_.keep(std::move(file));
  pbay_ev_image shown = image;
  shown.kind = PBAY_DATA_URL;
  shown.mime = chat::as_str(data.media_type);
  shown.data = chat::as_bytes(kept.stored_url);
  shared_.record.take_kept(shown, kept.id);
  shown.data = chat::as_bytes(kept.shown_url);
  return shared_.dialect.on_event(shared_.shows_bytes ? image.h : shown.h, out);
}

void TurnEncoder::tool_result(std::string_view call_id, std::string_view json, std::string& out) {
  shared_.record.tool_result(call_id, json);
  shared_.dialect.tool_result(call_id, json, out);
}

std::string_view TurnEncoder::vendor_header_prefix() const {
  return shared_.dialect.vendor_header_prefix();
}

std::string_view TurnEncoder::keep_alive() const {
  return shared_.dialect.keep_alive();
}

void TurnEncoder::show_model(std::string_view json, std::string& out) const {
  shared_.dialect.show_model(json, out);
}

}  // namespace patchbay::api
