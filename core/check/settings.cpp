#include "core/check/settings.hpp"

#include <algorithm>

#include "core/json/write.hpp"
#include "core/plugin_host/config_json.hpp"
#include "core/plugin_host/config_schema.hpp"
#include "core/plugin_host/schema_check.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kShortestSecret = 8;  // a shorter text is part of others by chance

bool is_true(const json::Value* value) {
  return value != nullptr && value->as_bool() == true;
}

bool says_type(const json::Value& schema, std::string_view name) {
  const json::Value* type = schema.find("type");
  if (type == nullptr) return false;
  if (type->is(json::Kind::kString)) return type->as_string() == name;
  return std::any_of(type->items().begin(), type->items().end(), [&](const json::Value& item) {
    return item.as_string() == name;
  });
}

std::string raw_json(const json::Value& value) {
  std::string out;
  plugin_host::append_json(out, value);
  return out;
}

void collect_secrets(const json::Value& schema,
                     const json::Value& value,
                     std::vector<std::string>& out) {
  if (!schema.is(json::Kind::kObject)) return;
  if (is_true(schema.find("writeOnly"))) {
    const auto text = value.as_string();
    if (text && text->size() >= kShortestSecret) out.emplace_back(*text);
    return;
  }
  const json::Value* properties = schema.find("properties");
  for (const json::Member& member : value.members()) {
    const json::Value* property = properties == nullptr ? nullptr : properties->find(member.name);
    if (property == nullptr) property = schema.find("additionalProperties");
    if (property != nullptr) collect_secrets(*property, member.value, out);
  }
  const json::Value* items = schema.find("items");
  for (const json::Value& item : value.items()) {
    if (items != nullptr) collect_secrets(*items, item, out);
  }
  for (const char* keyword : {"oneOf", "anyOf"}) {
    const json::Value* branches = schema.find(keyword);
    if (branches == nullptr) continue;
    for (const json::Value& branch : branches->items())
      collect_secrets(branch, value, out);
  }
}

// The schema, if it is one that the host can use.
Result<json::Value> parse_schema(std::string_view schema) {
  if (schema.empty()) schema = "{}";
  Result<json::Value> rules = json::parse(schema);
  if (!rules) return make_error(ErrorCode::kInvalid, "the schema: " + rules.error().message);
  std::vector<Problem> problems;
  if (!plugin_host::check_schema(*rules, schema, "the schema", problems)) {
    return make_error(ErrorCode::kInvalid, problems.front().text());
  }
  return rules;
}

std::string least_object(const json::Value& schema) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  const json::Value* properties = schema.find("properties");
  if (const json::Value* required = schema.find("required")) {
    for (const json::Value& name : required->items()) {
      const json::Value* property =
          properties == nullptr ? nullptr : properties->find(*name.as_string());
      writer.key(*name.as_string());
      writer.raw(property == nullptr ? "\"check\"" : least_value(*property));
    }
  }
  writer.end_object();
  return out;
}

std::string least_text(const json::Value& schema) {
  if (schema.find("format") != nullptr) return "\"http://127.0.0.1:9/v1\"";
  std::string text = is_true(schema.find("writeOnly")) ? "check-secret-0123456789" : "check";
  if (const json::Value* least = schema.find("minLength")) {
    text.resize(std::max(text.size(), static_cast<std::size_t>(*least->as_int64())), 'x');
  }
  return "\"" + text + "\"";
}

}  // namespace

ConfigValue config_value(const json::Value& value) {
  ConfigValue out;
  switch (value.kind()) {
    case json::Kind::kNull:
      break;
    case json::Kind::kFalse:
    case json::Kind::kTrue:
      out.kind = ConfigValue::Kind::kScalar;
      out.text = *value.as_bool() ? "true" : "false";
      break;
    case json::Kind::kNumber:
      out.kind = ConfigValue::Kind::kScalar;
      out.text = *value.as_number();
      break;
    case json::Kind::kString:
      out.kind = ConfigValue::Kind::kScalar;
      out.text = *value.as_string();
      out.quoted = true;
      break;
    case json::Kind::kArray:
      out.kind = ConfigValue::Kind::kList;
      for (const json::Value& item : value.items())
        out.items.push_back(config_value(item));
      break;
    case json::Kind::kObject:
      out.kind = ConfigValue::Kind::kMap;
      for (const json::Member& member : value.members())
        out.members.push_back({member.name, {}, config_value(member.value)});
      break;
  }
  return out;
}

Result<ProviderSettings> apply_schema_to(std::string_view schema, std::string_view config) {
  const Result<json::Value> rules = parse_schema(schema);
  if (!rules) return rules.error();
  const Result<json::Value> parsed = json::parse(config);
  if (!parsed) return make_error(ErrorCode::kInvalid, parsed.error().message);
  std::vector<Problem> problems;
  ProviderSettings settings;
  settings.json = plugin_host::apply_schema(*rules, config_value(*parsed), "config", problems);
  if (!problems.empty()) {
    std::string text;
    for (const Problem& problem : problems)
      text += (text.empty() ? "" : "; ") + problem.text();
    return make_error(ErrorCode::kInvalid, text);
  }
  if (const Result<json::Value> whole = json::parse(settings.json)) {
    collect_secrets(*rules, *whole, settings.secrets);
  }
  return settings;
}

Result<ProviderSettings> settings_for(std::string_view schema,
                                      const std::optional<std::string>& given) {
  if (given) return apply_schema_to(schema, *given);
  const Result<json::Value> rules = parse_schema(schema);
  if (!rules) return rules.error();
  return apply_schema_to(schema, least_value(*rules));
}

std::string least_value(const json::Value& schema) {
  const auto first_of = [&](const char* keyword) -> const json::Value* {
    const json::Value* list = schema.find(keyword);
    return list == nullptr || list->items().empty() ? nullptr : &list->items().front();
  };
  if (const json::Value* example = first_of("examples")) return raw_json(*example);
  if (const json::Value* standard = schema.find("default")) return raw_json(*standard);
  if (const json::Value* one = schema.find("const")) return raw_json(*one);
  if (const json::Value* choice = first_of("enum")) return raw_json(*choice);
  if (says_type(schema, "object") || schema.find("properties") != nullptr) {
    return least_object(schema);
  }
  if (says_type(schema, "string")) return least_text(schema);
  if (says_type(schema, "integer") || says_type(schema, "number")) {
    const json::Value* minimum = schema.find("minimum");
    return minimum == nullptr ? "1" : raw_json(*minimum);
  }
  if (says_type(schema, "boolean")) return "false";
  if (says_type(schema, "array")) {
    const json::Value* least = schema.find("minItems");
    const json::Value* items = schema.find("items");
    const bool wants = least != nullptr && *least->as_int64() > 0 && items != nullptr;
    return wants ? "[" + least_value(*items) + "]" : "[]";
  }
  if (const json::Value* branch = first_of("oneOf")) return least_value(*branch);
  if (const json::Value* branch = first_of("anyOf")) return least_value(*branch);
  return "{}";
}

std::vector<std::string> secret_properties(std::string_view schema) {
  std::vector<std::string> names;
  const Result<json::Value> rules = parse_schema(schema);
  const json::Value* properties = rules ? rules->find("properties") : nullptr;
  if (properties == nullptr) return names;
  for (const json::Member& property : properties->members()) {
    if (is_true(property.value.find("writeOnly")) && says_type(property.value, "string")) {
      names.push_back(property.name);
    }
  }
  return names;
}

std::string with_member(std::string_view object, std::string_view name, std::string_view json) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  const Result<json::Value> parsed = json::parse(object);
  if (parsed) {
    for (const json::Member& member : parsed->members()) {
      if (member.name != name) writer.key(member.name).raw(raw_json(member.value));
    }
  }
  writer.key(name).raw(json);
  writer.end_object();
  return out;
}

}  // namespace patchbay::check
