#include "core/dialects/ui_message_stream/encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/base/base64.hpp"
#include "core/base/uuid.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects::ui_message_stream {
namespace {

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

bool Encoder::is_open(std::uint32_t item, Words words) const {
  return std::any_of(open_.rbegin(), open_.rend(), [&](const Block& block) {
    return block.item == item && block.words == words;
  });
}

bool Encoder::open(std::uint32_t item, Words words, std::string& out) {
  if (is_open(item, words)) return true;
  if (open_.size() >= kOpenMax) return false;
  ensure_begun(out);
  open_.push_back({item, words});
  begin_part(out, words == Words::kText ? "text-start" : "reasoning-start");
  append_id(out, item);
  end_part(out);
  return true;
}

void Encoder::write_end(const Block& block, std::string& out) {
  begin_part(out, block.words == Words::kText ? "text-end" : "reasoning-end");
  append_id(out, block.item);
  end_part(out);
}

pbay_status Encoder::write_text(Words words,
                                const pbay_event& event,
                                std::string_view text,
                                std::string& out) {
  if (!open(event.item, words, out)) return PBAY_E_PROTOCOL;
  begin_part(out, words == Words::kText ? "text-delta" : "reasoning-delta");
  append_id(out, event.item);
  out += ",\"delta\":\"";
  append_line_text(out, event, text);
  out += '"';
  end_part(out);
  return PBAY_OK;
}

// On text and reasoning alike it comes with an empty delta, which is where every client of these
// generations looks for it.
pbay_status Encoder::write_signature(const pbay_ev_signature& event, std::string& out) {
  const std::uint32_t item = event.h.item;
  const Words words = is_open(item, Words::kText) ? Words::kText : Words::kReasoning;
  if (!open(item, words, out)) return PBAY_E_PROTOCOL;
  begin_part(out, words == Words::kText ? "text-delta" : "reasoning-delta");
  append_id(out, item);
  out += ",\"delta\":\"\"";
  append_signature(out, event);
  end_part(out);
  return PBAY_OK;
}

void Encoder::write_tool_begin(const ToolCalls::Call& call, std::string& out) {
  begin_part(out, "tool-input-start");
  out += ",\"toolCallId\":";
  out += call.id;
  out += ",\"toolName\":";
  out += call.name;
  end_part(out);
}

void Encoder::write_tool_delta(const ToolCalls::Call& call,
                               const pbay_event& event,
                               std::string_view text,
                               std::string& out) {
  begin_part(out, "tool-input-delta");
  out += ",\"toolCallId\":";
  out += call.id;
  out += ",\"inputTextDelta\":\"";
  append_line_text(out, event, text);
  out += '"';
  end_part(out);
}

void Encoder::write_tool_call(const ToolCalls::Call& call,
                              std::string_view arguments,
                              std::string& out) {
  begin_part(out, "tool-input-available");
  out += ",\"toolCallId\":";
  out += call.id;
  out += ",\"toolName\":";
  out += call.name;
  out += ",\"input\":";
  out += arguments;
  end_part(out);
}

void Encoder::end_text(std::uint32_t item, std::string& out) {
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

void Encoder::write_source(const Source& source, std::string_view id, std::string& out) {
  begin_part(out, "source-url");
  out += ",\"sourceId\":\"";
  out += id;
  out += "\",\"url\":";
  append_line_string(out, source.url);
  if (!source.title.empty()) {
    out += ",\"title\":";
    append_line_string(out, source.title);
  }
  end_part(out);
}

void Encoder::end_all(std::string& out) {
  ensure_begun(out);
  for (const Block& block : std::exchange(open_, {}))
    write_end(block, out);
  end_tools(out);
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
  begin_step();
}

void Encoder::finish(std::string& out) {
  end_all(out);
  begin_part(out, "finish-step");
  end_part(out);
  begin_part(out, "finish");
  out += ",\"messageMetadata\":{\"finishReason\":\"";
  out += finish_word();
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
