#include "core/dialects/json_lines/encoder.hpp"

#include <utility>

#include "core/base/uuid.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/answer_parts.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects::json_lines {

using chat::event_as;
using chat::view;

Encoder::Encoder(Options options) : options_(std::move(options)) {}

pbay_status Encoder::on_event(const pbay_event& event, std::string& out) {
  if (event.choice != 0) return PBAY_OK;
  switch (event.type) {
    case PBAY_EV_TEXT:
    case PBAY_EV_REFUSAL:
      if (const auto* text = event_as<pbay_ev_text>(event)) write_text(*text, out);
      return PBAY_OK;
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event);
          image != nullptr && image->partial < 0) {
        out += "{\"content\":\"";
        if (std::exchange(has_text_, true)) out += "\\n\\n";
        append_markdown_image(out, *image);
        out += "\"}\n";
      }
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) take_usage(*usage);
      return PBAY_OK;
    default:
      return without_place(event);
  }
}

void Encoder::write_text(const pbay_ev_text& event, std::string& out) {
  const std::string_view text = text_of(event);
  if (text.empty()) return;
  has_text_ = true;
  out += "{\"content\":\"";
  append_line_text(out, event.h, text);
  out += "\"}\n";
}

void Encoder::finish(std::string& out) {
  out += "{\"done\":true,\"message_id\":";
  append_line_string(out, options_.message_id.empty() ? make_uuid() : options_.message_id);
  out += "}\n";
}

void Encoder::fail(const chat::Failure& failure, std::string& out) {
  out += "{\"error\":";
  append_line_string(out, failure.message);
  out += "}\n";
}

}  // namespace patchbay::dialects::json_lines
