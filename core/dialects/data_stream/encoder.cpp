#include "core/dialects/data_stream/encoder.hpp"

#include <utility>

#include "core/base/base64.hpp"
#include "core/base/uuid.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/answer_parts.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects::data_stream {
namespace {

using chat::event_as;
using chat::view;

// A count that nobody told must still be a number: clients add it up.
std::string count(std::int64_t tokens) {
  return std::to_string(tokens < 0 ? 0 : tokens);
}

}  // namespace

Encoder::Encoder(Options options) : options_(std::move(options)) {}

std::string_view Encoder::content_type() const {
  return options_.as_plain ? "text/plain; charset=utf-8" : "text/event-stream";
}

pbay_status Encoder::on_event(const pbay_event& event, std::string& out) {
  if (event.choice != 0) return PBAY_OK;
  switch (event.type) {
    case PBAY_EV_META:
      ensure_begun(out);
      return PBAY_OK;
    case PBAY_EV_TEXT:
    case PBAY_EV_REFUSAL:
      write_text('0', event, out);
      return PBAY_OK;
    case PBAY_EV_REASONING:
      write_text('g', event, out);
      return PBAY_OK;
    case PBAY_EV_SIGNATURE:
      if (const auto* signature = event_as<pbay_ev_signature>(event)) {
        write_signature(*signature, out);
      }
      return PBAY_OK;
    case PBAY_EV_TOOL_BEGIN:
      if (const auto* tool = event_as<pbay_ev_tool>(event)) return begin_tool(*tool, out);
      return PBAY_OK;
    case PBAY_EV_TOOL_ARGS:
      if (const auto* text = event_as<pbay_ev_text>(event)) return write_arguments(*text, out);
      return PBAY_OK;
    case PBAY_EV_ITEM_END:
      if (ToolCalls::Call* call = tools_.find(event.item)) end_tool(*call, out);
      return PBAY_OK;
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event)) write_image(*image, out);
      return PBAY_OK;
    case PBAY_EV_EXTRA:
      if (const auto* extra = event_as<pbay_ev_extra>(event)) write_sources(*extra, out);
      return PBAY_OK;
    case PBAY_EV_FINISH:
      if (const auto* finish = event_as<pbay_ev_finish>(event)) finish_ = finish->reason;
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) take_usage(*usage);
      return PBAY_OK;
    default:
      return without_place(event);
  }
}

void Encoder::ensure_begun(std::string& out) {
  if (std::exchange(begun_, true)) return;
  out += "f:{\"messageId\":";
  append_line_string(out, options_.message_id.empty() ? make_uuid() : options_.message_id);
  out += "}\n";
  if (options_.conversation_id.empty()) return;
  out += "2:[{\"conversationId\":";
  append_line_string(out, options_.conversation_id);
  out += "}]\n";
}

void Encoder::write_text(char code, const pbay_event& event, std::string& out) {
  const auto* as_text = event_as<pbay_ev_text>(event);
  const std::string_view text = as_text == nullptr ? std::string_view() : text_of(*as_text);
  if (text.empty()) return;
  ensure_begun(out);
  has_text_ = has_text_ || code == '0';
  out += code;
  out += ":\"";
  append_line_text(out, event, text);
  out += "\"\n";
}

// A signature of a tool call has no place here; the host keeps it by the call's id.
void Encoder::write_signature(const pbay_ev_signature& event, std::string& out) {
  if (tools_.find(event.h.item) != nullptr) return;
  ensure_begun(out);
  const bool redacted = view(event.format).ends_with(".redacted");
  out += redacted ? "i:{\"data\":" : "j:{\"signature\":";
  append_line_string(out, view(event.data));
  out += "}\n";
}

pbay_status Encoder::begin_tool(const pbay_ev_tool& event, std::string& out) {
  ensure_begun(out);
  const ToolCalls::Call* call = tools_.begin(event);
  if (call == nullptr) return PBAY_E_PROTOCOL;
  out += "b:{\"toolCallId\":";
  out += call->id;
  out += ",\"toolName\":";
  out += call->name;
  out += "}\n";
  return PBAY_OK;
}

pbay_status Encoder::write_arguments(const pbay_ev_text& event, std::string& out) {
  ToolCalls::Call* call = tools_.find(event.h.item);
  if (call == nullptr || event.text.len == 0) return PBAY_OK;
  if (!tools_.add(*call, event)) return PBAY_E_PROTOCOL;
  const std::string_view text = text_of(event);
  if (text.empty()) return PBAY_OK;
  out += "c:{\"toolCallId\":";
  out += call->id;
  out += ",\"argsTextDelta\":\"";
  append_line_text(out, event.h, text);
  out += "\"}\n";
  return PBAY_OK;
}

// Arguments that broke off leave the call as what it is, begun and not called: clients throw at
// any that are no object.
void Encoder::end_tool(ToolCalls::Call& call, std::string& out) {
  const std::string arguments = ToolCalls::end(call);
  if (arguments.empty()) return;
  out += "9:{\"toolCallId\":";
  out += call.id;
  out += ",\"toolName\":";
  out += call.name;
  out += ",\"args\":";
  out += arguments;
  out += "}\n";
}

void Encoder::tool_result(std::string_view call_id, std::string_view json, std::string& out) {
  end_tools(out);
  out += "a:{\"toolCallId\":";
  append_line_string(out, call_id);
  out += ",\"result\":";
  append_line_json(out, json);
  out += "}\n";
}

void Encoder::write_image(const pbay_ev_image& event, std::string& out) {
  if (event.partial >= 0) return;  // a preview could not be taken back
  ensure_begun(out);
  const ImageData image = image_data(event);
  if (options_.image_mode || image.is_url) {
    out += std::exchange(has_text_, true) ? "0:\"\\n\\n" : "0:\"";
    append_markdown_image(out, event);
    out += "\"\n";
    return;
  }
  out += "k:{\"data\":\"";
  if (event.kind == PBAY_DATA_BYTES) {
    append_base64(out, view(event.data));
  } else {
    append_line_escaped(out, image.base64);
  }
  out += "\",\"mimeType\":";
  append_line_string(out, image.media_type);
  out += "}\n";
}

void Encoder::write_sources(const pbay_ev_extra& event, std::string& out) {
  if (view(event.key) != "annotations") return;
  for_each_source(view(event.json), [&](const Source& source) {
    ensure_begun(out);
    out += R"(h:{"sourceType":"url","id":"source-)" + std::to_string(sources_++) + "\",\"url\":";
    append_line_string(out, source.url);
    if (!source.title.empty()) {
      out += ",\"title\":";
      append_line_string(out, source.title);
    }
    out += "}\n";
  });
}

void Encoder::write_finish(std::string_view reason, std::string& out) const {
  const bool counted = !options_.image_mode;
  out += "{\"finishReason\":\"";
  out += reason;
  out += "\",\"usage\":{\"promptTokens\":" + count(counted ? usage().input : 0);
  out += ",\"completionTokens\":" + count(counted ? usage().output : 0) + '}';
}

void Encoder::end_tools(std::string& out) {
  for (ToolCalls::Call& call : tools_.all()) {
    if (call.open) end_tool(call, out);
  }
}

void Encoder::next_step(std::string& out) {
  end_tools(out);
  out += "e:";
  write_finish(hyphened_finish_word(finish_, !tools_.empty()), out);
  out += ",\"isContinued\":false}\nf:{\"messageId\":";
  append_line_string(out, options_.message_id);
  out += "}\n";
  tools_ = {};
  finish_ = PBAY_FINISH_STOP;
  count_step();
}

void Encoder::end_with(std::string_view reason, std::string& out) {
  ensure_begun(out);
  end_tools(out);
  out += "e:";
  write_finish(reason, out);
  out += ",\"isContinued\":false}\nd:";
  write_finish(reason, out);
  out += "}\n";
}

void Encoder::finish(std::string& out) {
  end_with(hyphened_finish_word(finish_, !tools_.empty()), out);
}

void Encoder::stopped(std::string& out) {
  end_with("unknown", out);
}

// Clients read nothing behind an error.
void Encoder::fail(const chat::Failure& failure, std::string& out) {
  out += "3:";
  append_line_string(out, failure.message);
  out += '\n';
}

}  // namespace patchbay::dialects::data_stream
