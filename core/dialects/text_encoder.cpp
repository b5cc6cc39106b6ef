#include "core/dialects/text_encoder.hpp"

#include <utility>

#include "core/chat/event.hpp"
#include "core/dialects/answer_parts.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects {

using chat::event_as;

pbay_status TextEncoder::on_event(const pbay_event& event, std::string& out) {
  if (event.choice != 0) return PBAY_OK;
  switch (event.type) {
    case PBAY_EV_TEXT:
    case PBAY_EV_REFUSAL:
      if (const auto* text = event_as<pbay_ev_text>(event)) write_text(*text, out);
      return PBAY_OK;
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event)) write_image(*image, out);
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) take_usage(*usage);
      return PBAY_OK;
    default:
      return without_place(event);
  }
}

void TextEncoder::write_text(const pbay_ev_text& event, std::string& out) {
  const std::string_view text = text_of(event);
  if (text.empty()) return;
  has_text_ = true;
  out += around_.before;
  append_line_text(out, event.h, text);
  out += around_.behind;
}

void TextEncoder::write_image(const pbay_ev_image& event, std::string& out) {
  if (event.partial >= 0) return;  // a preview could not be taken back
  out += around_.before;
  if (std::exchange(has_text_, true)) out += "\\n\\n";
  append_markdown_image(out, event);
  out += around_.behind;
}

}  // namespace patchbay::dialects
