// The kinds of JSON value. True and false are told apart, since a scan keeps no other value.

#pragma once

#include <cstdint>
#include <string_view>

namespace patchbay::json {

enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

// The kind with its article, for sentences: "expected an object, got a number".
constexpr std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kFalse:
    case Kind::kTrue:
      return "a boolean";
    case Kind::kNumber:
      return "a number";
    case Kind::kString:
      return "a string";
    case Kind::kArray:
      return "an array";
    case Kind::kObject:
      return "an object";
  }
  return "nothing";
}

}  // namespace patchbay::json
