#include "core/dialects/openai_completions/encoder.hpp"

#include "core/chat/event.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_completions {
namespace {

using chat::event_as;
using chat::view;

constexpr std::uint32_t kChoicesMax = 128;

// `{"text":...,"index":...,"logprobs":null,"finish_reason":...}`; no finish is null.
void append_choice(std::string& out,
                   std::uint32_t index,
                   std::string_view escaped_text,
                   std::string_view finish) {
  out += "{\"text\":\"";
  out += escaped_text;
  out += "\",\"index\":" + std::to_string(index) + ",\"logprobs\":null,\"finish_reason\":";
  if (finish.empty()) {
    out += "null}";
  } else {
    out += '"';
    out += finish;
    out += "\"}";
  }
}

}  // namespace

Encoder::Encoder(Options options, bool include_usage)
    : OperationEncoder(options), include_usage_(include_usage) {
  head_.model = std::move(options.model);
}

Encoder::Choice& Encoder::choice(std::uint32_t index) {
  if (index >= choices_.size()) choices_.resize(index + 1);
  return choices_[index];
}

pbay_status Encoder::on_event(const pbay_event& event, std::string& out) {
  if (event.choice >= kChoicesMax) return PBAY_E_PROTOCOL;
  switch (event.type) {
    case PBAY_EV_META:
      if (const auto* meta = event_as<pbay_ev_meta>(event)) {
        head_.take(*meta, options().keep_model);
      }
      break;
    case PBAY_EV_TEXT:
      if (const auto* text = event_as<pbay_ev_text>(event)) {
        if (!options().stream && !hold(text->text.len)) return PBAY_E_PROTOCOL;
        std::string& kept = choice(event.choice).text;
        openai_chat::append_text(kept, event, view(text->text));
        if (options().stream) {
          append_chunk(event.choice, kept, {}, out);
          kept.clear();
        }
      }
      return PBAY_OK;
    case PBAY_EV_FINISH:
      if (const auto* finish = event_as<pbay_ev_finish>(event)) {
        Choice& of = choice(event.choice);
        of.finish = openai_chat::finish_word(finish->reason, false);
        if (options().stream) append_chunk(event.choice, {}, of.finish, out);
      }
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) {
        usage_json_.clear();
        openai_chat::append_usage(usage_json_, *usage);
      }
      break;
    default:
      break;
  }
  return OperationEncoder::on_event(event, out);
}

void Encoder::append_head(std::string& out) {
  if (head_.id.empty()) {
    head_.complete();
    if (head_.id.starts_with("chatcmpl-")) head_.id.erase(0, 4);
  }
  head_.complete();
  out += "{\"id\":";
  json::append_string(out, head_.id);
  out +=
      R"(,"object":"text_completion","created":)" + std::to_string(head_.created) + ",\"model\":";
  json::append_string(out, head_.model);
  out += ",\"choices\":[";
}

void Encoder::append_chunk(std::uint32_t index,
                           std::string_view text,
                           std::string_view finish,
                           std::string& out) {
  out += "data: ";
  append_head(out);
  append_choice(out, index, text, finish);
  out += include_usage_ ? "],\"usage\":null}\n\n" : "]}\n\n";
}

void Encoder::finish(std::string& out) {
  if (raw()) return OperationEncoder::finish(out);
  if (options().stream) {
    for (std::uint32_t i = 0; i < choices_.size(); ++i) {
      if (choices_[i].finish.empty()) append_chunk(i, {}, "stop", out);
    }
    if (include_usage_ && !usage_json_.empty()) {
      out += "data: ";
      append_head(out);
      out += "],\"usage\":" + usage_json_ + "}\n\n";
    }
    out += "data: [DONE]\n\n";
    return;
  }
  if (choices_.empty()) choices_.resize(1);
  append_head(out);
  for (std::uint32_t i = 0; i < choices_.size(); ++i) {
    if (i > 0) out += ',';
    append_choice(
        out, i, choices_[i].text, choices_[i].finish.empty() ? "stop" : choices_[i].finish);
  }
  out += ']';
  if (!usage_json_.empty()) out += ",\"usage\":" + usage_json_;
  out += '}';
}

}  // namespace patchbay::dialects::openai_completions
