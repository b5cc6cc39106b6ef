// The paths of what is wrong in a body of POST /chat.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/dialects/body_fields.hpp"

namespace patchbay::dialects::chat_route {

inline std::string member_path(const std::string& of, std::string_view name) {
  return of.empty() ? std::string(name) : of + '.' + std::string(name);
}

inline std::string item_path(const std::string& of, std::size_t index) {
  return of + '[' + std::to_string(index) + ']';
}

}  // namespace patchbay::dialects::chat_route
