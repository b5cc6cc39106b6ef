#include "core/dialects/openai_operation/operation_encoder.hpp"

#include <array>

#include "core/chat/event.hpp"
#include "core/dialects/openai_chat/error_body.hpp"
#include "core/dialects/openai_chat/vocabulary.hpp"
#include "core/json/scan.hpp"
#include "core/json/tail.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_operation {
namespace {

using chat::event_as;
using chat::view;

constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;

}  // namespace

std::string_view OperationEncoder::content_type() const {
  return options_.stream ? "text/event-stream" : "application/json";
}

std::string_view OperationEncoder::keep_alive() const {
  return options_.stream ? ": keep-alive\n\n" : "";
}

pbay_status OperationEncoder::on_event(const pbay_event& event, std::string& out) {
  switch (event.type) {
    case PBAY_EV_META:
      if (const auto* meta = event_as<pbay_ev_meta>(event)) {
        if (!options_.keep_model && meta->model.len > 0) options_.model = view(meta->model);
      }
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* told = event_as<pbay_ev_usage>(event)) {
        usage_ = {told->input, told->output, told->cache_read};
      }
      return PBAY_OK;
    case PBAY_EV_RAW:
      if (const auto* piece = event_as<pbay_ev_raw>(event)) {
        raw_ = true;
        read_usage(view(piece->data));
        if (options_.stream) {
          std::string shown;
          if (options_.keep_model) show_model(view(piece->data), shown);
          append_event(out, {}, options_.keep_model ? shown : view(piece->data));
        } else if (hold(piece->data.len)) {
          whole_ += view(piece->data);
        } else {
          return PBAY_E_PROTOCOL;
        }
      }
      return PBAY_OK;
    case PBAY_EV_ITEM_END:
    case PBAY_EV_FINISH:
    case PBAY_EV_EXTRA:
      return PBAY_OK;
    default:
      return (event.flags & PBAY_EVF_MUST_UNDERSTAND) != 0 ? PBAY_E_UNSUPPORTED : PBAY_OK;
  }
}

void OperationEncoder::finish(std::string& out) {
  if (!raw_) return;
  out += options_.stream ? "data: [DONE]\n\n" : whole_;
}

void OperationEncoder::fail(const chat::Failure& failure, std::string& out) {
  append_event(out, {}, openai_chat::error_body(failure));
}

// The model stands at the top of an answer, and of some events one level deeper.
void OperationEncoder::show_model(std::string_view json, std::string& out) const {
  std::array<json::Wanted, 2> wanted{{{.path = "model"}, {.path = "response.model"}}};
  if (json::scan(json, wanted)) {
    for (const json::Wanted& member : wanted) {
      if (!member.is(json::Kind::kString)) continue;
      const json::Pieces pieces = json::cut(json, member.span);
      out += pieces.before;
      json::append_string(out, options_.model);
      out += pieces.after;
      return;
    }
  }
  out += json;
}

void OperationEncoder::read_usage(std::string_view json) {
  openai_chat::read_usage(json, usage_);
  if (usage_.input >= 0) return;
  const std::string_view response = json::last_object_named(json, "response");
  if (!response.empty()) openai_chat::read_usage(response, usage_);
}

bool OperationEncoder::hold(std::size_t bytes) {
  held_ += bytes;
  return held_ <= kAnswerBytesMax;
}

void OperationEncoder::append_event(std::string& out,
                                    std::string_view name,
                                    std::string_view data) {
  if (!name.empty()) {
    out += "event: ";
    out += name;
    out += '\n';
  }
  out += "data: ";
  out += data;
  out += "\n\n";
}

}  // namespace patchbay::dialects::openai_operation
