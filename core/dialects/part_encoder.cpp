#include "core/dialects/part_encoder.hpp"

#include "core/chat/event.hpp"

namespace patchbay::dialects {

using chat::event_as;
using chat::view;

pbay_status PartEncoder::on_event(const pbay_event& event, std::string& out) {
  if (event.choice != 0) return PBAY_OK;
  switch (event.type) {
    case PBAY_EV_META:
      ensure_begun(out);
      return PBAY_OK;
    case PBAY_EV_TEXT:
    case PBAY_EV_REFUSAL:
      return add_text(Words::kText, event, out);
    case PBAY_EV_REASONING:
      return add_text(Words::kReasoning, event, out);
    case PBAY_EV_SIGNATURE:
      if (const auto* signature = event_as<pbay_ev_signature>(event);
          signature != nullptr && tools_.find(event.item) == nullptr) {
        return write_signature(*signature, out);
      }
      return PBAY_OK;
    case PBAY_EV_TOOL_BEGIN:
      if (const auto* tool = event_as<pbay_ev_tool>(event)) return begin_tool(*tool, out);
      return PBAY_OK;
    case PBAY_EV_TOOL_ARGS:
      if (const auto* text = event_as<pbay_ev_text>(event)) return add_arguments(*text, out);
      return PBAY_OK;
    case PBAY_EV_ITEM_END:
      if (ToolCalls::Call* call = tools_.find(event.item)) end_tool(*call, out);
      end_text(event.item, out);
      return PBAY_OK;
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event);
          image != nullptr && image->partial < 0) {
        ensure_begun(out);
        write_image(*image, out);
      }
      return PBAY_OK;
    case PBAY_EV_EXTRA:
      if (const auto* extra = event_as<pbay_ev_extra>(event)) add_sources(*extra, out);
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

pbay_status PartEncoder::add_text(Words words, const pbay_event& event, std::string& out) {
  const auto* as_text = event_as<pbay_ev_text>(event);
  const std::string_view text = as_text == nullptr ? std::string_view() : text_of(*as_text);
  return text.empty() ? PBAY_OK : write_text(words, event, text, out);
}

pbay_status PartEncoder::begin_tool(const pbay_ev_tool& event, std::string& out) {
  ensure_begun(out);
  const ToolCalls::Call* call = tools_.begin(event);
  if (call == nullptr) return PBAY_E_PROTOCOL;
  write_tool_begin(*call, out);
  return PBAY_OK;
}

pbay_status PartEncoder::add_arguments(const pbay_ev_text& event, std::string& out) {
  ToolCalls::Call* call = tools_.find(event.h.item);
  if (call == nullptr || event.text.len == 0) return PBAY_OK;
  if (!tools_.add(*call, event)) return PBAY_E_PROTOCOL;
  const std::string_view text = text_of(event);
  if (!text.empty()) write_tool_delta(*call, event.h, text, out);
  return PBAY_OK;
}

// Arguments that broke off leave the call as what it is, begun and not called: clients throw at
// any that are no object.
void PartEncoder::end_tool(ToolCalls::Call& call, std::string& out) {
  const std::string arguments = ToolCalls::end(call);
  if (!arguments.empty()) write_tool_call(call, arguments, out);
}

void PartEncoder::end_tools(std::string& out) {
  for (ToolCalls::Call& call : tools_.all()) {
    if (call.open) end_tool(call, out);
  }
}

void PartEncoder::add_sources(const pbay_ev_extra& event, std::string& out) {
  if (view(event.key) != "annotations") return;
  for_each_source(view(event.json), [&](const Source& source) {
    ensure_begun(out);
    write_source(source, "source-" + std::to_string(sources_++), out);
  });
}

void PartEncoder::begin_step() {
  tools_ = {};
  finish_ = PBAY_FINISH_STOP;
  count_step();
}

std::string_view PartEncoder::finish_word() const {
  return hyphened_finish_word(finish_, !tools_.empty());
}

}  // namespace patchbay::dialects
