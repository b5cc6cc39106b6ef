#include "core/dialects/data_stream/encoder.hpp"

#include <utility>

#include "core/base/base64.hpp"
#include "core/base/uuid.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects::data_stream {
namespace {

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

pbay_status Encoder::write_text(Words words,
                                const pbay_event& event,
                                std::string_view text,
                                std::string& out) {
  ensure_begun(out);
  has_text_ = has_text_ || words == Words::kText;
  out += words == Words::kText ? "0:\"" : "g:\"";
  append_line_text(out, event, text);
  out += "\"\n";
  return PBAY_OK;
}

pbay_status Encoder::write_signature(const pbay_ev_signature& event, std::string& out) {
  ensure_begun(out);
  const bool redacted = view(event.format).ends_with(".redacted");
  out += redacted ? "i:{\"data\":" : "j:{\"signature\":";
  append_line_string(out, view(event.data));
  out += "}\n";
  return PBAY_OK;
}

void Encoder::write_tool_begin(const ToolCalls::Call& call, std::string& out) {
  out += "b:{\"toolCallId\":";
  out += call.id;
  out += ",\"toolName\":";
  out += call.name;
  out += "}\n";
}

void Encoder::write_tool_delta(const ToolCalls::Call& call,
                               const pbay_event& event,
                               std::string_view text,
                               std::string& out) {
  out += "c:{\"toolCallId\":";
  out += call.id;
  out += ",\"argsTextDelta\":\"";
  append_line_text(out, event, text);
  out += "\"}\n";
}

void Encoder::write_tool_call(const ToolCalls::Call& call,
                              std::string_view arguments,
                              std::string& out) {
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

void Encoder::write_source(const Source& source, std::string_view id, std::string& out) {
  out += R"(h:{"sourceType":"url","id":")";
  out += id;
  out += "\",\"url\":";
  append_line_string(out, source.url);
  if (!source.title.empty()) {
    out += ",\"title\":";
    append_line_string(out, source.title);
  }
  out += "}\n";
}

void Encoder::write_finish(std::string_view reason, std::string& out) const {
  const bool counted = !options_.image_mode;
  out += "{\"finishReason\":\"";
  out += reason;
  out += "\",\"usage\":{\"promptTokens\":" + count(counted ? usage().input : 0);
  out += ",\"completionTokens\":" + count(counted ? usage().output : 0) + '}';
}

void Encoder::next_step(std::string& out) {
  end_tools(out);
  out += "e:";
  write_finish(finish_word(), out);
  out += ",\"isContinued\":false}\nf:{\"messageId\":";
  append_line_string(out, options_.message_id);
  out += "}\n";
  begin_step();
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
  end_with(finish_word(), out);
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
