#include "core/dialects/openai_chat/whole_encoder.hpp"

#include <utility>

#include "core/chat/event.hpp"
#include "core/dialects/openai_chat/error_body.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

using chat::event_as;
using chat::view;

constexpr std::uint32_t kChoicesMax = 128;

// All of an answer is in memory until it is complete; the longest real ones are a few megabytes.
constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;

// `"key":json` with a comma before it.
void append_member(std::string& out, std::string_view key, std::string_view json) {
  out += ',';
  json::append_string(out, key);
  out += ':';
  out += json;
}

// What an event costs beside its texts.
constexpr std::size_t kEventBytes = 8;

// The size of the first text of an event; those that hold much hold it there.
std::size_t text_bytes(const pbay_event& event, const pbay_ev_text& as_text) {
  switch (event.type) {
    case PBAY_EV_TEXT:
    case PBAY_EV_REASONING:
    case PBAY_EV_REFUSAL:
    case PBAY_EV_TOOL_ARGS:
      return as_text.text.len;
    case PBAY_EV_RAW:
      if (const auto* raw = event_as<pbay_ev_raw>(event)) return raw->data.len;
      return 0;
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event)) return image->data.len;
      return 0;
    case PBAY_EV_EXTRA:
      if (const auto* extra = event_as<pbay_ev_extra>(event)) return extra->json.len;
      return 0;
    default:
      return 0;
  }
}

void append_element(std::string& list, std::string_view element) {
  if (!list.empty()) list += ',';
  list += element;
}

}  // namespace

WholeEncoder::WholeEncoder(Options options) : keep_model_(options.keep_model) {
  head_.model = std::move(options.model);
}

pbay_status WholeEncoder::on_event(const pbay_event& event, std::string&) {
  if (event.choice >= kChoicesMax) return PBAY_E_PROTOCOL;
  held_bytes_ += kEventBytes;
  if (const auto* text = event_as<pbay_ev_text>(event)) held_bytes_ += text_bytes(event, *text);
  if (held_bytes_ > kAnswerBytesMax) return PBAY_E_PROTOCOL;
  switch (event.type) {
    case PBAY_EV_META:
      if (const auto* meta = event_as<pbay_ev_meta>(event)) head_.take(*meta, keep_model_);
      return PBAY_OK;
    case PBAY_EV_TEXT:
      on_text(event, &Choice::content);
      return PBAY_OK;
    case PBAY_EV_REASONING:
      on_text(event, &Choice::reasoning);
      return PBAY_OK;
    case PBAY_EV_REFUSAL:
      on_text(event, &Choice::refusal);
      return PBAY_OK;
    case PBAY_EV_TOOL_BEGIN:
      if (const auto* tool = event_as<pbay_ev_tool>(event)) {
        choice(event.choice)
            .tools.push_back(
                {event.item, std::string(view(tool->id)), std::string(view(tool->name)), {}, {}});
      }
      return PBAY_OK;
    case PBAY_EV_TOOL_ARGS:
      if (const auto* text = event_as<pbay_ev_text>(event)) {
        Tool* tool = find_tool(choice(event.choice), event.item);
        if (tool != nullptr) append_text(tool->arguments, event, view(text->text));
      }
      return PBAY_OK;
    case PBAY_EV_FINISH:
      if (const auto* finish = event_as<pbay_ev_finish>(event)) {
        choice(event.choice).finish = finish->reason;
      }
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) {
        usage_ = {usage->input, usage->output, usage->cache_read};
        usage_json_.clear();
        append_usage(usage_json_, *usage);
      }
      return PBAY_OK;
    case PBAY_EV_SIGNATURE:
      if (const auto* signature = event_as<pbay_ev_signature>(event)) on_signature(*signature);
      return PBAY_OK;
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event);
          image != nullptr && image->partial < 0) {
        std::string element = R"({"type":"image_url","image_url":{"url":)";
        json::append_string(element, image_url(*image));
        append_element(choice(event.choice).images, element + "}}");
      }
      return PBAY_OK;
    case PBAY_EV_EXTRA:
      if (const auto* extra = event_as<pbay_ev_extra>(event)) on_extra(*extra);
      return PBAY_OK;
    case PBAY_EV_RAW:
      if (const auto* raw = event_as<pbay_ev_raw>(event)) raw_ += view(raw->data);
      return PBAY_OK;
    case PBAY_EV_ITEM_END:
      return PBAY_OK;
    default:
      return (event.flags & PBAY_EVF_MUST_UNDERSTAND) != 0 ? PBAY_E_UNSUPPORTED : PBAY_OK;
  }
}

WholeEncoder::Choice& WholeEncoder::choice(std::uint32_t index) {
  if (index >= choices_.size()) choices_.resize(index + 1);
  return choices_[index];
}

void WholeEncoder::on_text(const pbay_event& event, std::string Choice::*field) {
  if (const auto* text = event_as<pbay_ev_text>(event)) {
    append_text(choice(event.choice).*field, event, view(text->text));
  }
}

void WholeEncoder::on_signature(const pbay_ev_signature& event) {
  Choice& of = choice(event.h.choice);
  Tool* tool = find_tool(of, event.h.item);
  if (tool != nullptr && view(event.format).starts_with("google.")) {
    tool->extra_content = R"({"google":{"thought_signature":)";
    json::append_string(tool->extra_content, view(event.data));
    tool->extra_content += "}}";
    return;
  }
  std::string detail;
  append_signature_detail(detail, event);
  append_element(of.details, detail);
}

void WholeEncoder::on_extra(const pbay_ev_extra& event) {
  const std::string_view key = view(event.key);
  if (event.at == PBAY_AT_CHOICE && key == "logprobs") {
    choice(event.h.choice).logprobs = view(event.json);
  } else if (event.at == PBAY_AT_CHOICE) {
    append_member(choice(event.h.choice).choice_extra, key, view(event.json));
  } else if (event.at == PBAY_AT_DELTA) {
    append_member(choice(event.h.choice).message_extra, key, view(event.json));
  } else {
    append_member(answer_extra_, key, view(event.json));
  }
}

WholeEncoder::Tool* WholeEncoder::find_tool(Choice& choice, std::uint32_t item) {
  for (Tool& tool : choice.tools) {
    if (tool.item == item) return &tool;
  }
  return nullptr;
}

void WholeEncoder::write_tools(const Choice& choice, std::string& out) {
  out += ",\"tool_calls\":[";
  for (std::size_t i = 0; i < choice.tools.size(); ++i) {
    const Tool& tool = choice.tools[i];
    if (i > 0) out += ',';
    out += "{\"id\":";
    json::append_string(out, tool.id);
    out += R"(,"type":"function","function":{"name":)";
    json::append_string(out, tool.name);
    out += ",\"arguments\":\"";
    out += tool.arguments.empty() ? "{}" : tool.arguments;
    out += "\"}";
    if (!tool.extra_content.empty()) append_member(out, "extra_content", tool.extra_content);
    out += '}';
  }
  out += ']';
}

void WholeEncoder::write_message(const Choice& choice, std::string& out) {
  out += R"({"role":"assistant","content":)";
  // Content is null only where something else stands in its place.
  const bool replaced = !choice.tools.empty() || !choice.refusal.empty();
  out += choice.content.empty() && replaced ? "null" : '"' + choice.content + '"';
  out += ",\"refusal\":";
  out += choice.refusal.empty() ? "null" : '"' + choice.refusal + '"';
  if (!choice.reasoning.empty()) {
    append_member(out, "reasoning_content", '"' + choice.reasoning + '"');
  }
  if (!choice.details.empty()) append_member(out, "reasoning_details", '[' + choice.details + ']');
  if (!choice.images.empty()) append_member(out, "images", '[' + choice.images + ']');
  if (!choice.tools.empty()) write_tools(choice, out);
  out += choice.message_extra;
  out += '}';
}

void WholeEncoder::finish(std::string& out) {
  if (!raw_.empty()) {
    out += raw_;
    return;
  }
  head_.complete();
  if (choices_.empty()) choices_.resize(1);
  out += "{\"id\":";
  json::append_string(out, head_.id);
  out +=
      R"(,"object":"chat.completion","created":)" + std::to_string(head_.created) + ",\"model\":";
  json::append_string(out, head_.model);
  out += ",\"choices\":[";
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    const Choice& of = choices_[i];
    if (i > 0) out += ',';
    out += "{\"index\":" + std::to_string(i) + ",\"message\":";
    write_message(of, out);
    out += ",\"logprobs\":";
    out += of.logprobs.empty() ? "null" : of.logprobs;
    out += ",\"finish_reason\":\"";
    out += finish_word(of.finish, !of.tools.empty());
    out += '"';
    out += of.choice_extra;
    out += '}';
  }
  out += ']';
  if (!usage_json_.empty()) append_member(out, "usage", usage_json_);
  if (!head_.fingerprint.empty()) {
    out += ",\"system_fingerprint\":";
    json::append_string(out, head_.fingerprint);
  }
  out += answer_extra_;
  out += '}';
}

void WholeEncoder::fail(const chat::Failure& failure, std::string& out) {
  append_error(out, failure);
}

void WholeEncoder::show_model(std::string_view json, std::string& out) const {
  append_with_model(out, json, head_.model);
}

void WholeEncoder::read_usage(std::string_view json) {
  openai_chat::read_usage(json, usage_);
}

}  // namespace patchbay::dialects::openai_chat
