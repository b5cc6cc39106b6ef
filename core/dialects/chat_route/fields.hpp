// Reading members of a JSON body and saying what is wrong with them.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/chat/failure.hpp"
#include "core/json/view.hpp"

namespace patchbay::dialects::chat_route {

// "messages[2].content: expected a string, got a number"
inline chat::Failure wrong_value(const std::string& path, std::string_view what) {
  return chat::bad_request(path + ": " + std::string(what), path, "invalid_value");
}

inline chat::Failure wrong_kind(const std::string& path,
                                std::string_view expected,
                                const json::View& value) {
  std::string what = "expected ";
  what.append(expected).append(", got ").append(json::kind_name(value.kind()));
  return chat::bad_request(path + ": " + what, path, "invalid_type");
}

inline std::string member_path(const std::string& of, std::string_view name) {
  return of.empty() ? std::string(name) : of + '.' + std::string(name);
}

inline std::string item_path(const std::string& of, std::size_t index) {
  return of + '[' + std::to_string(index) + ']';
}

}  // namespace patchbay::dialects::chat_route
