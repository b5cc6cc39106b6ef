#include "core/check/event_grammar.hpp"

#include <algorithm>
#include <string_view>

#include "core/check/event_text.hpp"
#include "core/json/scan.hpp"
#include "core/json/value.hpp"
#include "core/plugin_host/event_layout.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

using plugin_host::text_of;

template <typename Event>
const Event& as(const pbay_event& event) {
  return reinterpret_cast<const Event&>(event);
}

constexpr std::uint32_t kKnownFlags = PBAY_EVF_ESCAPED | PBAY_EVF_MUST_UNDERSTAND;

bool is_text(std::uint32_t type) {
  return type == PBAY_EV_TEXT || type == PBAY_EV_REASONING || type == PBAY_EV_REFUSAL ||
         type == PBAY_EV_TOOL_ARGS;
}

std::string one_line_json(std::string_view json, const char* what) {
  if (!json::validate(json)) return std::string(what) + " is not JSON";
  // It may be copied into an event stream as it is, where a line feed would end the line.
  if (json.find_first_of("\r\n") != json.npos) return std::string(what) + " has a line feed in it";
  return {};
}

std::string check_extra(const pbay_ev_extra& event) {
  return one_line_json(text_of(event.json), "the value of an EXTRA");
}

std::string check_image(const pbay_ev_image& event) {
  if (event.kind < PBAY_DATA_URL || event.kind > PBAY_DATA_BYTES) {
    return "an IMAGE of the kind " + std::to_string(event.kind);
  }
  if (event.partial < -1) return "an IMAGE whose `partial` is below -1";
  return event.data.len == 0 ? "an IMAGE without data" : "";
}

std::string check_embedding(const pbay_ev_embedding& event) {
  if (event.kind < PBAY_VEC_F32 || event.kind > PBAY_VEC_BASE64) {
    return "an EMBEDDING of the kind " + std::to_string(event.kind);
  }
  if (event.kind == PBAY_VEC_F32 && event.data.len != std::size_t{event.dims} * 4) {
    return "an EMBEDDING of " + std::to_string(event.dims) + " floats in " +
           std::to_string(event.data.len) + " bytes";
  }
  if (event.kind == PBAY_VEC_JSON) return one_line_json(text_of(event.data), "an EMBEDDING");
  return {};
}

std::string check_model(const pbay_ev_model& event) {
  if (text_of(event.id).empty()) return "a MODEL without an id";
  if (event.extra_json.len == 0) return {};
  const Result<json::Value> extra = json::parse(text_of(event.extra_json));
  if (!extra || !extra->is(json::Kind::kObject)) return "a MODEL whose extra_json is no object";
  return {};
}

// What is wrong with what the event says, whatever came before it.
std::string check_body(const pbay_event& event) {
  if (is_text(event.type)) {
    if ((event.flags & PBAY_EVF_ESCAPED) == 0) return {};
    const std::string text(text_of(as<pbay_ev_text>(event).text));
    if (json::validate('"' + text + '"')) return {};
    return "PBAY_EVF_ESCAPED on a text that is not the inside of a JSON string";
  }
  switch (event.type) {
    case PBAY_EV_USAGE: {
      const pbay_bytes native = as<pbay_ev_usage>(event).native_json;
      return native.len == 0 ? "" : one_line_json(text_of(native), "the native_json of USAGE");
    }
    case PBAY_EV_EXTRA:
      return check_extra(as<pbay_ev_extra>(event));
    case PBAY_EV_IMAGE:
      return check_image(as<pbay_ev_image>(event));
    case PBAY_EV_EMBEDDING:
      return check_embedding(as<pbay_ev_embedding>(event));
    case PBAY_EV_MODEL:
      return check_model(as<pbay_ev_model>(event));
    case PBAY_EV_SEGMENT: {
      const auto& segment = as<pbay_ev_segment>(event);
      return segment.end_us < segment.start_us ? "a SEGMENT that ends before it begins" : "";
    }
    default:
      return {};
  }
}

std::string at(const pbay_event& event) {
  return " of choice " + std::to_string(event.choice) + ", item " + std::to_string(event.item);
}

}  // namespace

std::string EventGrammar::take(const pbay_event& event) {
  switch (plugin_host::check_event(event)) {
    case plugin_host::EventCheck::kGood:
      break;
    case plugin_host::EventCheck::kUnknown:
      return {};  // for hosts to come
    case plugin_host::EventCheck::kMalformed:
      return event_name(event.type) + " whose size is " + std::to_string(event.size) +
             ", or with a view of nothing";
  }
  const bool first = !begun_;
  begun_ = true;
  if (event.reserved != 0 || (event.flags & ~kKnownFlags) != 0) {
    return event_name(event.type) + " with `reserved` or unnamed flags set";
  }
  if (event.type == PBAY_EV_META && !first) return "META after other events; it comes first";
  if (event.type == PBAY_EV_RAW && !takes_raw_) return "RAW without PBAY_REQ_SAME_DIALECT";
  raw_ = raw_ || event.type == PBAY_EV_RAW;
  if (std::string wrong = check_body(event); !wrong.empty()) return wrong;
  return content(choices_[event.choice], event);
}

std::string EventGrammar::content(Choice& choice, const pbay_event& event) {
  switch (event.type) {
    case PBAY_EV_TEXT:
    case PBAY_EV_REASONING:
    case PBAY_EV_REFUSAL:
    case PBAY_EV_TOOL_BEGIN:
    case PBAY_EV_TOOL_ARGS:
    case PBAY_EV_IMAGE:
    case PBAY_EV_AUDIO:
    case PBAY_EV_SEGMENT:
    case PBAY_EV_SIGNATURE:
      if (choice.finished) return event_name(event.type) + at(event) + " after its FINISH";
      return place(choice, event);
    case PBAY_EV_ITEM_END:
      if (mode_ != PBAY_MODE_CHAT) return {};  // there it is not needed, and does no harm
      // Of a sound there may be nothing but the fields beside it.
      if (event.item == choice.items && choice.extra_item == event.item) open(choice, event);
      return choice.open.erase(event.item) == 1 ? ""
                                                : "ITEM_END" + at(event) + ", which is not open";
    case PBAY_EV_EXTRA:
      if (as<pbay_ev_extra>(event).at == PBAY_AT_DELTA) choice.extra_item = event.item;
      return {};
    case PBAY_EV_FINISH:
      if (choice.finished) return "a second FINISH of choice " + std::to_string(event.choice);
      choice.finished = true;
      if (mode_ == PBAY_MODE_CHAT && !choice.open.empty()) {
        return "FINISH of choice " + std::to_string(event.choice) +
               " before the ITEM_END of item " + std::to_string(*choice.open.begin());
      }
      return {};
    default:
      return {};
  }
}

std::string EventGrammar::place(Choice& choice, const pbay_event& event) const {
  // Outside a chat nothing closes an item: its pieces come as they come.
  if (mode_ != PBAY_MODE_CHAT) {
    if (event.item > choice.items) return event_name(event.type) + at(event) + ", which skips one";
    choice.items = std::max(choice.items, event.item + 1);
    return {};
  }
  if (event.type == PBAY_EV_TOOL_BEGIN && event.item != choice.items) {
    return "TOOL_BEGIN" + at(event) + ", where the next new item is " +
           std::to_string(choice.items);
  }
  if (event.type == PBAY_EV_TOOL_ARGS && !choice.open.contains(event.item)) {
    return "TOOL_ARGS" + at(event) + ", which no TOOL_BEGIN opened";
  }
  return open(choice, event);
}

std::string EventGrammar::open(Choice& choice, const pbay_event& event) {
  if (event.item == choice.items) choice.open.insert(choice.items++);
  if (choice.open.contains(event.item)) return {};
  return event_name(event.type) + at(event) +
         (event.item < choice.items
              ? ", which has ended"
              : ", where the next new item is " + std::to_string(choice.items));
}

std::string EventGrammar::end() const {
  // A stream of the client's own dialect may come down to nothing at all.
  if (mode_ != PBAY_MODE_CHAT || raw_ || (takes_raw_ && !begun_)) return {};
  const auto first = choices_.find(0);
  if (first == choices_.end() || !first->second.finished) {
    return "the answer ended well, but choice 0 had no FINISH";
  }
  for (const auto& [index, choice] : choices_) {
    if (!choice.finished && choice.items > 0) {
      return "the answer ended well, but choice " + std::to_string(index) + " had no FINISH";
    }
  }
  return {};
}

}  // namespace patchbay::check
