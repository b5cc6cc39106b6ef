// Configuration scalars as JSON: which type a text has, and how values are written.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/config_value.hpp"
#include "core/json/value.hpp"

namespace patchbay::plugin_host {

// Kinds of value as bits, so that a schema can allow several.
enum TypeBit : unsigned {
  kNullType = 1,
  kBooleanType = 2,
  kIntegerType = 4,
  kNumberType = 8,  // with a fraction or an exponent, or too large for a whole number of 64 bits
  kStringType = 16,
  kArrayType = 32,
  kObjectType = 64,
  kAnyType = 127,
};

// A scalar whose type is decided.
struct TypedScalar {
  unsigned type = kNullType;
  std::string json;   // the value as JSON
  double number = 0;  // kIntegerType, kNumberType
};

// What the scalar is by the rules of YAML's core schema: `yes` is a text, `true` is not.
TypedScalar core_typed(const ConfigValue& scalar);

// The scalar as one of the allowed types: what it is by itself where that is allowed, else a text
// where that is. Nothing when it can be none of them. kNumberType allows whole numbers too.
std::optional<TypedScalar> typed_as(const ConfigValue& scalar, unsigned allowed);

// Appends a value of any kind, its scalars by the core schema.
void append_untyped(std::string& out, const ConfigValue& value);

// Appends the value as it was read, numbers digit by digit.
void append_json(std::string& out, const json::Value& value);

}  // namespace patchbay::plugin_host
