// Names and numbers that the plugin ABI shares with people: modes by name, and conversions between
// its views and ours.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

// Empty for a view that promises bytes and points nowhere.
inline std::string_view text_of(const pbay_str& text) {
  return text.ptr == nullptr ? std::string_view() : std::string_view(text.ptr, text.len);
}

inline std::string_view text_of(const pbay_bytes& bytes) {
  return bytes.ptr == nullptr
             ? std::string_view()
             : std::string_view(reinterpret_cast<const char*>(bytes.ptr), bytes.len);
}

inline pbay_str view_of(std::string_view text) {
  return {text.data(), text.size()};
}

// The bit of the mode a manifest calls `name`; 0 for a mode that this host does not know.
std::uint64_t mode_bit(std::string_view name);

// The name of one mode; "unknown" for one that this host does not know.
std::string_view mode_name(pbay_mode mode);

// The names of the modes in `bits` that this host knows, in the order of their numbers.
std::vector<std::string> mode_names(std::uint64_t bits);

// The bits of every mode that this host knows.
std::uint64_t known_modes();

}  // namespace patchbay::plugin_host
