#include "core/plugin_host/config_json.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "core/json/write.hpp"

namespace patchbay::plugin_host {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

std::optional<TypedScalar> whole_number(std::string_view text) {
  const bool plus = text.starts_with('+');
  std::string_view digits = text.substr(plus ? 1 : 0);
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0o")) {
    base = digits[1] == 'x' ? 16 : 8;
    digits.remove_prefix(2);
    if (digits.starts_with('-')) return std::nullopt;
  } else if (plus && digits.starts_with('-')) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc() || rest != end) return std::nullopt;
  return TypedScalar{kIntegerType, std::to_string(value), static_cast<double>(value)};
}

std::optional<TypedScalar> broken_number(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('+') ? 1 : 0);
  // from_chars also reads "inf" and "nan", which YAML calls texts.
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != digits.npos ||
      (text.starts_with('+') && digits.starts_with('-'))) {
    return std::nullopt;
  }
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(value)) return std::nullopt;
  TypedScalar typed{kNumberType, {}, value};
  json::Writer(typed.json).value(value);
  return typed;
}

TypedScalar as_text(const std::string& text) {
  TypedScalar typed{kStringType, {}, 0};
  json::append_string(typed.json, text);
  return typed;
}

}  // namespace

TypedScalar core_typed(const ConfigValue& scalar) {
  const std::string& text = scalar.text;
  if (scalar.quoted) return as_text(text);
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return {kNullType, "null", 0};
  if (is_one_of(text, {"true", "True", "TRUE"})) return {kBooleanType, "true", 0};
  if (is_one_of(text, {"false", "False", "FALSE"})) return {kBooleanType, "false", 0};
  if (auto whole = whole_number(text)) return *std::move(whole);
  if (auto broken = broken_number(text)) return *std::move(broken);
  return as_text(text);
}

std::optional<TypedScalar> typed_as(const ConfigValue& scalar, unsigned allowed) {
  if ((allowed & kNumberType) != 0) allowed |= kIntegerType;
  TypedScalar core = core_typed(scalar);
  if ((core.type & allowed) != 0) return core;
  if ((allowed & kStringType) != 0) return as_text(scalar.text);
  return std::nullopt;
}

void append_untyped(std::string& out, const ConfigValue& value) {
  switch (value.kind) {
    case ConfigValue::Kind::kNull:
      out += "null";
      break;
    case ConfigValue::Kind::kScalar:
      out += core_typed(value).json;
      break;
    case ConfigValue::Kind::kList:
      out += '[';
      for (const ConfigValue& item : value.items) {
        if (&item != &value.items.front()) out += ',';
        append_untyped(out, item);
      }
      out += ']';
      break;
    case ConfigValue::Kind::kMap:
      out += '{';
      for (const ConfigValue::Member& member : value.members) {
        if (&member != &value.members.front()) out += ',';
        json::append_string(out, member.key);
        out += ':';
        append_untyped(out, member.value);
      }
      out += '}';
      break;
  }
}

void append_json(std::string& out, const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::kNull:
      out += "null";
      break;
    case json::Kind::kTrue:
      out += "true";
      break;
    case json::Kind::kFalse:
      out += "false";
      break;
    case json::Kind::kNumber:
      out += *value.as_number();
      break;
    case json::Kind::kString:
      json::append_string(out, *value.as_string());
      break;
    case json::Kind::kArray:
      out += '[';
      for (const json::Value& item : value.items()) {
        if (&item != &value.items().front()) out += ',';
        append_json(out, item);
      }
      out += ']';
      break;
    case json::Kind::kObject:
      out += '{';
      for (const json::Member& member : value.members()) {
        if (&member != &value.members().front()) out += ',';
        json::append_string(out, member.name);
        out += ':';
        append_json(out, member.value);
      }
      out += '}';
      break;
  }
}

}  // namespace patchbay::plugin_host
