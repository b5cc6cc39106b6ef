#include "core/dialects/openai_models/collector.hpp"

#include <array>

#include "core/chat/event.hpp"
#include "core/json/scan.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_models {
namespace {

using chat::view;

// The inside of an object of further fields; nothing where it has none, is no object, or has one
// of ours again.
std::string_view further_fields(std::string_view object) {
  std::array<json::Wanted, 4> own{
      {{.path = "id"}, {.path = "object"}, {.path = "created"}, {.path = "owned_by"}}};
  const auto scanned = json::scan(object, own);
  if (!scanned || scanned->members == 0) return {};
  for (const json::Wanted& field : own) {
    if (field.found) return {};
  }
  return object.substr(scanned->object.begin + 1, scanned->object.size() - 2);
}

}  // namespace

pbay_status Collector::on_event(const pbay_event& event, std::string& out) {
  if (event.type != PBAY_EV_MODEL) return OperationEncoder::on_event(event, out);
  const auto* told = chat::event_as<pbay_ev_model>(event);
  if (told == nullptr || told->id.len == 0) return PBAY_E_PROTOCOL;
  if (!hold(told->id.len + told->extra_json.len + sizeof(Model))) return PBAY_E_PROTOCOL;
  Model& model = models_.emplace_back();
  model.id = view(told->id);
  model.owner = view(told->owner);
  model.created = told->created;
  if (told->extra_json.len > 0) model.extra_json = view(told->extra_json);
  return PBAY_OK;
}

void append_model(std::string& out, const Model& model) {
  json::Writer(out)
      .begin_object()
      .member("id", model.id)
      .member("object", "model")
      .member("created", model.created)
      .member("owned_by", model.owner)
      .end_object();
  const std::string_view further = further_fields(model.extra_json);
  if (further.empty()) return;
  out.back() = ',';
  out += further;
  out += '}';
}

}  // namespace patchbay::dialects::openai_models
