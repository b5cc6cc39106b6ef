#include "core/dialects/ui_message_stream/encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/base/base64.hpp"
#include "core/base/uuid.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/answer_parts.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects::ui_message_stream {
namespace {

using chat::event_as;
using chat::view;

// Blocks of text that may be open at once: answers have one or two, a plugin that never ends one
// must not have all the memory.
constexpr std::size_t kOpenMax = 1024;

// Begins a part: everything up to and with the value of `type`.
void begin_part(std::string& out, std::string_view type) {
  out += "data: {\"type\":\"";
  out += type;
  out += '"';
}

void end_part(std::string& out) {
  out += "}\n\n";
}

void append_id(std::string& out, std::uint32_t item) {
  out += ",\"id\":\"";
  out += std::to_string(item);
  out += '"';
}

// {"vendor":{"kind":"..."}} of a format "vendor.kind", so that a client that sends its messages
// back says with them what the signature is.
void append_signature(std::string& out, const pbay_ev_signature& event) {
  const std::string_view format = view(event.format);
  const std::size_t dot = std::min(format.find('.'), format.size());
  const std::string_view kind = dot == format.size() ? "signature" : format.substr(dot + 1);
  out += ",\"providerMetadata\":{";
  append_line_string(out, format.substr(0, dot));
  out += ":{";
  append_line_string(out, kind);
  out += ':';
  append_line_string(out, view(event.data));
  out += "}}";
}

}  // namespace

Encoder::Encoder(Options options) : options_(std::move(options)) {}

pbay_status Encoder::on_event(const pbay_event& event, std::string& out) {
  if (event.choice != 0) return PBAY_OK;
  switch (event.type) {
    case PBAY_EV_META:
      ensure_begun(out);
      return PBAY_OK;
    case PBAY_EV_TEXT:
    case PBAY_EV_REFUSAL:
      return write_text(Kind::kText, event, out);
    case PBAY_EV_REASONING:
      return write_text(Kind::kReasoning, event, out);
    case PBAY_EV_SIGNATURE:
      if (const auto* signature = event_as<pbay_ev_signature>(event)) {
        return write_signature(*signature, out);
      }
      return PBAY_OK;
    case PBAY_EV_TOOL_BEGIN:
      if (const auto* tool = event_as<pbay_ev_tool>(event)) return begin_tool(*tool, out);
      return PBAY_OK;
    case PBAY_EV_TOOL_ARGS:
      if (const auto* text = event_as<pbay_ev_text>(event)) return write_arguments(*text, out);
      return PBAY_OK;
    case PBAY_EV_ITEM_END:
      end_item(event.item, out);
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
  begin_part(out, "start");
  out += ",\"messageId\":";
  append_line_string(out, options_.message_id.empty() ? make_uuid() : options_.message_id);
  if (!options_.conversation_id.empty()) {
    out += ",\"messageMetadata\":{\"conversationId\":";
    append_line_string(out, options_.conversation_id);
    out += '}';
  }
  end_part(out);
  begin_part(out, "start-step");
  end_part(out);
}

bool Encoder::is_open(std::uint32_t item, Kind kind) const {
  return std::any_of(open_.rbegin(), open_.rend(), [&](const Block& block) {
    return block.item == item && block.kind == kind;
  });
}

bool Encoder::open(std::uint32_t item, Kind kind, std::string& out) {
  if (is_open(item, kind)) return true;
  if (open_.size() >= kOpenMax) return false;
  ensure_begun(out);
  open_.push_back({item, kind});
  begin_part(out, kind == Kind::kText ? "text-start" : "reasoning-start");
  append_id(out, item);
  end_part(out);
  return true;
}

void Encoder::write_end(const Block& block, std::string& out) {
  begin_part(out, block.kind == Kind::kText ? "text-end" : "reasoning-end");
  append_id(out, block.item);
  end_part(out);
}

pbay_status Encoder::write_text(Kind kind, const pbay_event& event, std::string& out) {
  const auto* as_text = event_as<pbay_ev_text>(event);
  const std::string_view text = as_text == nullptr ? std::string_view() : text_of(*as_text);
  if (text.empty()) return PBAY_OK;
  if (!open(event.item, kind, out)) return PBAY_E_PROTOCOL;
  begin_part(out, kind == Kind::kText ? "text-delta" : "reasoning-delta");
  append_id(out, event.item);
  out += ",\"delta\":\"";
  append_line_text(out, event, text);
  out += '"';
  end_part(out);
  return PBAY_OK;
}

// On text and reasoning alike it comes with an empty delta, which is where every client of these
// generations looks for it. Of a tool call the host keeps it, by the call's id.
pbay_status Encoder::write_signature(const pbay_ev_signature& event, std::string& out) {
  const std::uint32_t item = event.h.item;
  if (tools_.find(item) != nullptr) return PBAY_OK;
  const Kind kind = is_open(item, Kind::kText) ? Kind::kText : Kind::kReasoning;
  if (!open(item, kind, out)) return PBAY_E_PROTOCOL;
  begin_part(out, kind == Kind::kText ? "text-delta" : "reasoning-delta");
  append_id(out, item);
  out += ",\"delta\":\"\"";
  append_signature(out, event);
  end_part(out);
  return PBAY_OK;
}

pbay_status Encoder::begin_tool(const pbay_ev_tool& event, std::string& out) {
  ensure_begun(out);
  const ToolCalls::Call* call = tools_.begin(event);
  if (call == nullptr) return PBAY_E_PROTOCOL;
  begin_part(out, "tool-input-start");
  out += ",\"toolCallId\":";
  out += call->id;
  out += ",\"toolName\":";
  out += call->name;
  end_part(out);
  return PBAY_OK;
}

pbay_status Encoder::write_arguments(const pbay_ev_text& event, std::string& out) {
  ToolCalls::Call* call = tools_.find(event.h.item);
  if (call == nullptr || event.text.len == 0) return PBAY_OK;
  if (!tools_.add(*call, event)) return PBAY_E_PROTOCOL;
  const std::string_view text = text_of(event);
  if (text.empty()) return PBAY_OK;
  begin_part(out, "tool-input-delta");
  out += ",\"toolCallId\":";
  out += call->id;
  out += ",\"inputTextDelta\":\"";
  append_line_text(out, event.h, text);
  out += '"';
  end_part(out);
  return PBAY_OK;
}

// Input that broke off leaves the call begun and not called.
void Encoder::end_tool(ToolCalls::Call& call, std::string& out) {
  const std::string input = ToolCalls::end(call);
  if (input.empty()) return;
  begin_part(out, "tool-input-available");
  out += ",\"toolCallId\":";
  out += call.id;
  out += ",\"toolName\":";
  out += call.name;
  out += ",\"input\":";
  out += input;
  end_part(out);
}

void Encoder::end_item(std::uint32_t item, std::string& out) {
  if (ToolCalls::Call* call = tools_.find(item)) end_tool(*call, out);
  const auto of_item = [&](const Block& block) { return block.item == item; };
  for (const Block& block : open_) {
    if (of_item(block)) write_end(block, out);
  }
  std::erase_if(open_, of_item);
}

void Encoder::tool_result(std::string_view call_id, std::string_view json, std::string& out) {
  end_all(out);
  begin_part(out, "tool-output-available");
  out += ",\"toolCallId\":";
  append_line_string(out, call_id);
  out += ",\"output\":";
  append_line_json(out, json);
  end_part(out);
}

// The part for a file has no room for the revised prompt, which is text of its own then.
void Encoder::write_image(const pbay_ev_image& event, std::string& out) {
  if (event.partial >= 0) return;  // a preview could not be taken back
  ensure_begun(out);
  const ImageData image = image_data(event);
  begin_part(out, "file");
  out += ",\"url\":\"";
  if (event.kind == PBAY_DATA_URL) {
    append_line_escaped(out, view(event.data));
  } else {
    out += "data:";
    append_line_escaped(out, image.media_type);
    out += ";base64,";
    if (event.kind == PBAY_DATA_BYTES) {
      append_base64(out, view(event.data));
    } else {
      append_line_escaped(out, image.base64);
    }
  }
  out += "\",\"mediaType\":";
  append_line_string(out, image.media_type);
  end_part(out);
  if (event.revised_prompt.len == 0) return;
  // An id of its own: the image's item may be that of a text that is still open.
  const std::string id = ",\"id\":\"image-" + std::to_string(event.h.item) + '"';
  begin_part(out, "text-start");
  out += id;
  end_part(out);
  begin_part(out, "text-delta");
  out += id;
  out += ",\"delta\":\"*Revised prompt: ";
  append_line_escaped(out, view(event.revised_prompt));
  out += "*\"";
  end_part(out);
  begin_part(out, "text-end");
  out += id;
  end_part(out);
}

void Encoder::write_sources(const pbay_ev_extra& event, std::string& out) {
  if (view(event.key) != "annotations") return;
  for_each_source(view(event.json), [&](const Source& source) {
    ensure_begun(out);
    begin_part(out, "source-url");
    out += ",\"sourceId\":\"source-" + std::to_string(sources_++) + "\",\"url\":";
    append_line_string(out, source.url);
    if (!source.title.empty()) {
      out += ",\"title\":";
      append_line_string(out, source.title);
    }
    end_part(out);
  });
}

void Encoder::end_all(std::string& out) {
  ensure_begun(out);
  for (const Block& block : std::exchange(open_, {}))
    write_end(block, out);
  for (ToolCalls::Call& call : tools_.all()) {
    if (call.open) end_tool(call, out);
  }
}

// What was begun is ended first, or its page would show it as still being written.
void Encoder::stopped(std::string& out) {
  end_all(out);
  begin_part(out, "abort");
  end_part(out);
  out += "data: [DONE]\n\n";
}

void Encoder::next_step(std::string& out) {
  end_all(out);
  begin_part(out, "finish-step");
  end_part(out);
  begin_part(out, "start-step");
  end_part(out);
  tools_ = {};
  finish_ = PBAY_FINISH_STOP;
  count_step();
}

void Encoder::finish(std::string& out) {
  end_all(out);
  begin_part(out, "finish-step");
  end_part(out);
  begin_part(out, "finish");
  out += ",\"messageMetadata\":{\"finishReason\":\"";
  out += hyphened_finish_word(finish_, !tools_.empty());
  out += '"';
  if (usage().input >= 0 && usage().output >= 0) {
    out += ",\"usage\":{\"inputTokens\":" + std::to_string(usage().input);
    out += ",\"outputTokens\":" + std::to_string(usage().output) + '}';
  }
  out += '}';
  end_part(out);
  out += "data: [DONE]\n\n";
}

void Encoder::fail(const chat::Failure& failure, std::string& out) {
  begin_part(out, "error");
  out += ",\"errorText\":";
  append_line_string(out, failure.message);
  end_part(out);
}

}  // namespace patchbay::dialects::ui_message_stream
