// Reading the events of the plugin ABI from C++: views, and casts that respect an older plugin's
// shorter structs.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::chat {

inline std::string_view view(pbay_str text) {
  return {text.ptr, text.len};
}

inline std::string_view view(pbay_bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.ptr), bytes.len};
}

inline pbay_str as_str(std::string_view text) {
  return {text.data(), text.size()};
}

inline pbay_bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The event as what its type says it is; null when its struct is too short to be that.
template <typename Event>
const Event* event_as(const pbay_event& event) {
  if (event.size < sizeof(Event)) return nullptr;
  return reinterpret_cast<const Event*>(&event);
}

}  // namespace patchbay::chat
