// Makes the events of the plugin ABI in one line each, for tests of what reads them.

#pragma once

#include <cstdint>
#include <string_view>

#include "core/chat/event.hpp"
#include "patchbay/abi.h"

namespace patchbay::test {

template <typename Event>
Event event(std::uint32_t type, std::uint32_t choice = 0, std::uint32_t item = 0) {
  Event made{};
  made.h.size = sizeof(Event);
  made.h.type = type;
  made.h.choice = choice;
  made.h.item = item;
  return made;
}

inline pbay_ev_meta meta(std::string_view id, std::string_view model, std::int64_t created) {
  auto made = event<pbay_ev_meta>(PBAY_EV_META);
  made.id = chat::as_str(id);
  made.model = chat::as_str(model);
  made.created = created;
  return made;
}

inline pbay_ev_text text(std::uint32_t type,
                         std::string_view words,
                         std::uint32_t choice = 0,
                         std::uint32_t item = 0) {
  auto made = event<pbay_ev_text>(type, choice, item);
  made.text = chat::as_str(words);
  return made;
}

inline pbay_ev_tool tool(std::string_view id, std::string_view name, std::uint32_t item) {
  auto made = event<pbay_ev_tool>(PBAY_EV_TOOL_BEGIN, 0, item);
  made.id = chat::as_str(id);
  made.name = chat::as_str(name);
  return made;
}

inline pbay_ev_finish finish(std::int32_t reason, std::uint32_t choice = 0) {
  auto made = event<pbay_ev_finish>(PBAY_EV_FINISH, choice);
  made.reason = reason;
  return made;
}

inline pbay_event item_end(std::uint32_t item) {
  return {sizeof(pbay_event), PBAY_EV_ITEM_END, 0, 0, 0, item};
}

inline pbay_ev_usage usage(std::int64_t input, std::int64_t output) {
  pbay_ev_usage made = PBAY_USAGE_INIT;
  made.input = input;
  made.output = output;
  return made;
}

inline pbay_ev_signature signature(std::string_view format,
                                   std::string_view data,
                                   std::uint32_t item) {
  auto made = event<pbay_ev_signature>(PBAY_EV_SIGNATURE, 0, item);
  made.format = chat::as_str(format);
  made.data = chat::as_str(data);
  return made;
}

inline pbay_ev_extra extra(std::int32_t at, std::string_view key, std::string_view json) {
  auto made = event<pbay_ev_extra>(PBAY_EV_EXTRA);
  made.at = at;
  made.key = chat::as_str(key);
  made.json = chat::as_bytes(json);
  return made;
}

}  // namespace patchbay::test
