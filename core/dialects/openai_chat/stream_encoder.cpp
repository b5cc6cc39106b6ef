#include "core/dialects/openai_chat/stream_encoder.hpp"

#include <utility>

#include "core/chat/event.hpp"
#include "core/dialects/openai_chat/error_body.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

using chat::event_as;
using chat::view;

// What a plugin may number: beyond it, it is out of its mind, and memory is not its to spend.
constexpr std::uint32_t kChoicesMax = 128;

}  // namespace

StreamEncoder::StreamEncoder(Options options)
    : keep_model_(options.keep_model), include_usage_(options.include_usage) {
  head_.model = std::move(options.model);
}

pbay_status StreamEncoder::on_event(const pbay_event& event, std::string& out) {
  if (event.choice >= kChoicesMax) return PBAY_E_PROTOCOL;
  switch (event.type) {
    case PBAY_EV_META:
      if (const auto* meta = event_as<pbay_ev_meta>(event)) head_.take(*meta, keep_model_);
      ensure_begun(event.choice, out);
      return PBAY_OK;
    case PBAY_EV_TEXT:
      if (const auto* text = event_as<pbay_ev_text>(event)) write_delta_text(*text, "content", out);
      return PBAY_OK;
    case PBAY_EV_REASONING:
      if (const auto* text = event_as<pbay_ev_text>(event)) {
        write_delta_text(*text, "reasoning_content", out);
      }
      return PBAY_OK;
    case PBAY_EV_REFUSAL:
      if (const auto* text = event_as<pbay_ev_text>(event)) write_delta_text(*text, "refusal", out);
      return PBAY_OK;
    case PBAY_EV_TOOL_BEGIN:
      if (const auto* tool = event_as<pbay_ev_tool>(event)) write_tool_begin(*tool, out);
      return PBAY_OK;
    case PBAY_EV_TOOL_ARGS:
      if (const auto* text = event_as<pbay_ev_text>(event)) write_tool_args(*text, out);
      return PBAY_OK;
    case PBAY_EV_ITEM_END:
      end_item(event, out);
      return PBAY_OK;
    case PBAY_EV_FINISH:
      if (const auto* finish = event_as<pbay_ev_finish>(event)) write_finish(*finish, out);
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) take_usage(*usage);
      return PBAY_OK;
    case PBAY_EV_SIGNATURE:
      if (const auto* signature = event_as<pbay_ev_signature>(event))
        write_signature(*signature, out);
      return PBAY_OK;
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event)) write_image(*image, out);
      return PBAY_OK;
    case PBAY_EV_EXTRA:
      if (const auto* extra = event_as<pbay_ev_extra>(event)) write_extra(*extra, out);
      return PBAY_OK;
    case PBAY_EV_RAW:
      if (const auto* raw = event_as<pbay_ev_raw>(event)) {
        raw_ = true;
        out += "data: ";
        if (keep_model_) {
          show_model(view(raw->data), out);
        } else {
          out += view(raw->data);
        }
        out += "\n\n";
        read_usage(view(raw->data));
      }
      return PBAY_OK;
    default:
      return (event.flags & PBAY_EVF_MUST_UNDERSTAND) != 0 ? PBAY_E_UNSUPPORTED : PBAY_OK;
  }
}

StreamEncoder::Choice& StreamEncoder::choice(std::uint32_t index) {
  if (index >= choices_.size()) choices_.resize(index + 1);
  return choices_[index];
}

void StreamEncoder::ensure_begun(std::uint32_t index, std::string& out) {
  if (choice(index).begun) return;
  choice(index).begun = true;
  open_chunk(index, out);
  out += R"("role":"assistant","content":"","refusal":null)";
  close_chunk({}, out);
}

void StreamEncoder::open_chunk(std::uint32_t index, std::string& out) {
  if (prefix_.empty()) {
    head_.complete();
    prefix_ = "data: {\"id\":";
    json::append_string(prefix_, head_.id);
    prefix_ += R"(,"object":"chat.completion.chunk","created":)" + std::to_string(head_.created);
    prefix_ += ",\"model\":";
    json::append_string(prefix_, head_.model);
    if (!head_.fingerprint.empty()) {
      prefix_ += ",\"system_fingerprint\":";
      json::append_string(prefix_, head_.fingerprint);
    }
    prefix_ += ",\"choices\":[";
  }
  out += prefix_;
  out += "{\"index\":";
  out += std::to_string(index);
  out += ",\"delta\":{";
}

void StreamEncoder::close_chunk(std::string_view finish, std::string& out) {
  out += "},\"logprobs\":null,\"finish_reason\":";
  if (finish.empty()) {
    out += "null}]";
  } else {
    out += '"';
    out += finish;
    out += "\"}]";
  }
  out += include_usage_ ? ",\"usage\":null}\n\n" : "}\n\n";
}

void StreamEncoder::write_delta_text(const pbay_ev_text& event,
                                     std::string_view field,
                                     std::string& out) {
  if (event.text.len == 0) return;
  ensure_begun(event.h.choice, out);
  open_chunk(event.h.choice, out);
  out += '"';
  out += field;
  out += "\":\"";
  append_text(out, event.h, view(event.text));
  out += '"';
  close_chunk({}, out);
}

StreamEncoder::Tool* StreamEncoder::find_tool(Choice& choice, std::uint32_t item) {
  for (Tool& tool : choice.tools) {
    if (tool.item == item) return &tool;
  }
  return nullptr;
}

void StreamEncoder::write_tool_begin(const pbay_ev_tool& event, std::string& out) {
  ensure_begun(event.h.choice, out);
  Choice& of = choice(event.h.choice);
  const auto index = static_cast<std::uint32_t>(of.tools.size());
  of.tools.push_back({event.h.item, index, false});
  open_chunk(event.h.choice, out);
  out += "\"tool_calls\":[{\"index\":" + std::to_string(index) + ",\"id\":";
  json::append_string(out, view(event.id));
  out += R"(,"type":"function","function":{"name":)";
  json::append_string(out, view(event.name));
  out += ",\"arguments\":\"\"}}]";
  close_chunk({}, out);
}

void StreamEncoder::write_tool_text(std::uint32_t index,
                                    std::uint32_t tool,
                                    std::string_view json,
                                    std::string& out) {
  open_chunk(index, out);
  out += "\"tool_calls\":[{\"index\":" + std::to_string(tool) + ",\"function\":{\"arguments\":\"";
  out += json;
  out += "\"}}]";
  close_chunk({}, out);
}

void StreamEncoder::write_tool_args(const pbay_ev_text& event, std::string& out) {
  Tool* tool = find_tool(choice(event.h.choice), event.h.item);
  if (tool == nullptr || event.text.len == 0) return;
  tool->has_args = true;
  std::string escaped;
  append_text(escaped, event.h, view(event.text));
  write_tool_text(event.h.choice, tool->index, escaped, out);
}

// A tool without arguments still takes an object: "" is not JSON, and clients parse it.
void StreamEncoder::end_item(const pbay_event& event, std::string& out) {
  Tool* tool = find_tool(choice(event.choice), event.item);
  if (tool == nullptr || std::exchange(tool->has_args, true)) return;
  write_tool_text(event.choice, tool->index, "{}", out);
}

void StreamEncoder::write_finish(const pbay_ev_finish& event, std::string& out) {
  finish_choice(event.h.choice, event.reason, out);
}

void StreamEncoder::finish_choice(std::uint32_t index, std::int32_t reason, std::string& out) {
  ensure_begun(index, out);
  if (std::exchange(choice(index).finished, true)) return;
  for (Tool& tool : choice(index).tools) {
    if (!std::exchange(tool.has_args, true)) write_tool_text(index, tool.index, "{}", out);
  }
  open_chunk(index, out);
  close_chunk(finish_word(reason, !choice(index).tools.empty()), out);
}

void StreamEncoder::write_signature(const pbay_ev_signature& event, std::string& out) {
  ensure_begun(event.h.choice, out);
  const Tool* tool = find_tool(choice(event.h.choice), event.h.item);
  open_chunk(event.h.choice, out);
  if (tool != nullptr && view(event.format).starts_with("google.")) {
    out += "\"tool_calls\":[{\"index\":" + std::to_string(tool->index) +
           // Strict clients want a function in every piece of a call.
           R"(,"function":{"arguments":""},"extra_content":{"google":{"thought_signature":)";
    json::append_string(out, view(event.data));
    out += "}}}]";
  } else {
    out += "\"reasoning_details\":[";
    append_signature_detail(out, event);
    out += ']';
  }
  close_chunk({}, out);
}

void StreamEncoder::write_image(const pbay_ev_image& event, std::string& out) {
  if (event.partial >= 0) return;  // previews have no place in a chat
  ensure_begun(event.h.choice, out);
  open_chunk(event.h.choice, out);
  out += R"("images":[{"type":"image_url","image_url":{"url":)";
  json::append_string(out, image_url(event));
  out += "}}]";
  close_chunk({}, out);
}

void StreamEncoder::write_extra(const pbay_ev_extra& event, std::string& out) {
  ensure_begun(event.h.choice, out);
  open_chunk(event.h.choice, out);
  std::string member;
  json::append_string(member, view(event.key));
  member += ':';
  member += view(event.json);
  if (event.at == PBAY_AT_DELTA) {
    out += member;
    return close_chunk({}, out);
  }
  if (event.at == PBAY_AT_CHOICE) {
    const bool logprobs = view(event.key) == "logprobs";
    out += "}," + (logprobs ? member : member + ",\"logprobs\":null") + ",\"finish_reason\":null}]";
  } else {
    out += "},\"logprobs\":null,\"finish_reason\":null}]," + member;
  }
  out += include_usage_ ? ",\"usage\":null}\n\n" : "}\n\n";
}

void StreamEncoder::take_usage(const pbay_ev_usage& event) {
  usage_ = {event.input, event.output, event.cache_read};
  if (!include_usage_) return;
  usage_json_.clear();
  append_usage(usage_json_, event);
}

void StreamEncoder::finish(std::string& out) {
  if (!raw_) {
    if (choices_.empty()) choices_.resize(1);
    for (std::uint32_t i = 0; i < choices_.size(); ++i) {
      finish_choice(i, PBAY_FINISH_STOP, out);
    }
    if (include_usage_ && !usage_json_.empty()) {
      out += prefix_;
      out += "],\"usage\":";
      out += usage_json_;
      out += "}\n\n";
    }
  }
  out += "data: [DONE]\n\n";
}

void StreamEncoder::fail(const chat::Failure& failure, std::string& out) {
  out += "data: ";
  append_error(out, failure);
  out += "\n\n";
}

void StreamEncoder::show_model(std::string_view json, std::string& out) const {
  append_with_model(out, json, head_.model);
}

void StreamEncoder::read_usage(std::string_view json) {
  openai_chat::read_usage(json, usage_);
}

}  // namespace patchbay::dialects::openai_chat
