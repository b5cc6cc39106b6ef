#include "core/plugin_host/config_schema.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/suggestion.hpp"
#include "core/json/write.hpp"
#include "core/plugin_host/config_json.hpp"
#include "core/plugin_host/pattern.hpp"
#include "core/plugin_host/schema_check.hpp"
#include "core/plugin_host/setting_text.hpp"

namespace patchbay::plugin_host {
namespace {

using Kind = ConfigValue::Kind;

unsigned allowed_types(const json::Value& schema) {
  const json::Value* type = schema.find("type");
  if (type == nullptr) return kAnyType;
  if (type->is(json::Kind::kString)) return type_bit(*type->as_string());
  unsigned bits = 0;
  for (const json::Value& item : type->items())
    bits |= type_bit(*item.as_string());
  return bits;
}

unsigned type_of(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::kNull:
      return kNullType;
    case json::Kind::kFalse:
    case json::Kind::kTrue:
      return kBooleanType;
    case json::Kind::kNumber:
      return value.as_int64() ? kIntegerType : kNumberType;
    case json::Kind::kString:
      return kStringType;
    case json::Kind::kArray:
      return kArrayType;
    case json::Kind::kObject:
      return kObjectType;
  }
  return 0;
}

bool equals(const TypedScalar& scalar, const json::Value& value) {
  if (value.is(json::Kind::kNumber)) {
    return (scalar.type & (kIntegerType | kNumberType)) != 0 && value.as_double() == scalar.number;
  }
  std::string json;
  append_json(json, value);
  return scalar.json == json;
}

// Where a value stands, and whether it may be shown.
struct Place {
  std::string path;
  bool secret = false;
};

class Checker {
 public:
  explicit Checker(std::vector<Problem>& problems) : problems_(problems) {}

  // Appends the value's JSON to `out`. False when a problem was added.
  bool check(const json::Value& schema, const ConfigValue& value, Place place, std::string& out) {
    const std::size_t before = problems_.size();
    if (const auto verdict = schema.as_bool()) {
      if (!*verdict) report(value, place, "must not be set");
      append_untyped(out, value);
      return problems_.size() == before;
    }
    const json::Value* write_only = schema.find("writeOnly");
    place.secret =
        place.secret || value.secret || (write_only != nullptr && write_only->as_bool() == true);
    const std::size_t start = out.size();
    switch (value.kind) {
      case Kind::kNull:
      case Kind::kScalar:
        check_scalar(schema, value, place, out);
        break;
      case Kind::kList:
        check_list(schema, value, place, out);
        break;
      case Kind::kMap:
        check_map(schema, value, place, out);
        break;
    }
    if (problems_.size() == before) check_branches(schema, value, place, out, start);
    return problems_.size() == before;
  }

 private:
  void report(const ConfigValue& value, const Place& place, std::string message) {
    problems_.push_back(Problem{value.origin, place.path, std::move(message)});
  }

  void report_got(const ConfigValue& value, const Place& place, const std::string& expected) {
    report(value, place, "expected " + expected + ", got " + shown(value, place.secret));
  }

  // Whether the schema allows that kind of value at all.
  bool allows(const json::Value& schema,
              unsigned type,
              const ConfigValue& value,
              const Place& place) {
    const unsigned allowed = allowed_types(schema);
    const bool chosen = schema.find("enum") != nullptr || schema.find("const") != nullptr;
    if ((allowed & type) != 0 && !chosen) return true;
    report_got(value, place, chosen ? choices(schema) : type_words(allowed));
    return false;
  }

  static std::string choices(const json::Value& schema) {
    const json::Value* one = schema.find("const");
    std::string text;
    if (one != nullptr) {
      append_json(text, *one);
      return text;
    }
    for (const json::Value& item : schema.find("enum")->items()) {
      if (!text.empty()) text += ", ";
      append_json(text, item);
    }
    return "one of " + text;
  }

  // A null counts as a scalar here: one without a text.
  void check_scalar(const json::Value& schema,
                    const ConfigValue& value,
                    const Place& place,
                    std::string& out) {
    const std::optional<TypedScalar> typed = choose(schema, value, place);
    if (!typed) return;
    out += typed->json;
    if (typed->type == kStringType) check_text(schema, value, place);
    if ((typed->type & (kIntegerType | kNumberType)) == 0) return;
    const json::Value* minimum = schema.find("minimum");
    const json::Value* maximum = schema.find("maximum");
    if (minimum != nullptr && typed->number < *minimum->as_double()) {
      report_got(value, place, "at least " + std::string(*minimum->as_number()));
    } else if (maximum != nullptr && typed->number > *maximum->as_double()) {
      report_got(value, place, "at most " + std::string(*maximum->as_number()));
    }
  }

  // The scalar with the type that the schema wants; reports when it has none such.
  std::optional<TypedScalar> choose(const json::Value& schema,
                                    const ConfigValue& value,
                                    const Place& place) {
    const unsigned allowed = allowed_types(schema);
    const auto as = [&](unsigned types) -> std::optional<TypedScalar> {
      if (value.kind == Kind::kScalar) return typed_as(value, types);
      if ((types & kNullType) == 0) return std::nullopt;
      return TypedScalar{kNullType, "null", 0};
    };
    const json::Value* one = schema.find("const");
    const json::Value* some = schema.find("enum");
    if (one == nullptr && some == nullptr) {
      std::optional<TypedScalar> typed = as(allowed);
      if (!typed) report_got(value, place, type_words(allowed));
      return typed;
    }
    const auto fits = [&](const json::Value& choice) -> std::optional<TypedScalar> {
      const unsigned wanted = type_of(choice);
      const unsigned numbers = allowed | ((allowed & kNumberType) != 0 ? kIntegerType : 0U);
      if ((wanted & numbers) == 0) return std::nullopt;
      std::optional<TypedScalar> typed = as(wanted);
      return typed && equals(*typed, choice) ? typed : std::nullopt;
    };
    if (one != nullptr) {
      if (auto typed = fits(*one)) return typed;
    } else {
      for (const json::Value& choice : some->items()) {
        if (auto typed = fits(choice)) return typed;
      }
    }
    report(value,
           place,
           "expected " + choices(schema) + ", got " + shown(value, place.secret) +
               suggestion(some, value, place));
    return std::nullopt;
  }

  static std::string suggestion(const json::Value* choices,
                                const ConfigValue& value,
                                const Place& place) {
    if (choices == nullptr || place.secret) return {};
    std::vector<std::string> words;
    for (const json::Value& choice : choices->items()) {
      if (const auto text = choice.as_string()) words.emplace_back(*text);
    }
    return did_you_mean(value.text, words);
  }

  void check_text(const json::Value& schema, const ConfigValue& value, const Place& place) {
    const std::string& text = value.text;
    const auto bound = [&](const char* name) {
      const json::Value* number = schema.find(name);
      return number == nullptr ? std::nullopt : number->as_int64();
    };
    const auto length = static_cast<std::int64_t>(characters(text));
    if (const auto least = bound("minLength"); least && length < *least) {
      if (text.empty()) return report(value, place, "must not be empty");
      return report_got(value, place, "at least " + counted(*least, "character"));
    }
    if (const auto most = bound("maxLength"); most && length > *most) {
      return report_got(value, place, "at most " + counted(*most, "character"));
    }
    if (schema.find("format") != nullptr && !is_http_url(text)) {
      return report_got(value, place, "a URL");
    }
    const json::Value* pattern = schema.find("pattern");
    if (pattern == nullptr) return;
    if (text.size() > kMaxPatternText) {
      return report_got(value, place, "at most " + counted(kMaxPatternText, "character"));
    }
    if (matches(*pattern->as_string(), text) != true) {
      report_got(value, place, "a text like " + std::string(*pattern->as_string()));
    }
  }

  void check_list(const json::Value& schema,
                  const ConfigValue& value,
                  const Place& place,
                  std::string& out) {
    if (!allows(schema, kArrayType, value, place)) return;
    const auto count = static_cast<std::int64_t>(value.items.size());
    if (const json::Value* least = schema.find("minItems"); least && count < *least->as_int64()) {
      report(value, place, "expected at least " + counted(*least->as_int64(), "entry"));
    }
    if (const json::Value* most = schema.find("maxItems"); most && count > *most->as_int64()) {
      report(value, place, "expected at most " + counted(*most->as_int64(), "entry"));
    }
    const json::Value* items = schema.find("items");
    out += '[';
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (i > 0) out += ',';
      if (items == nullptr) {
        append_untyped(out, value.items[i]);
      } else {
        check(*items, value.items[i], {path_to(place.path, i), place.secret}, out);
      }
    }
    out += ']';
  }

  void check_map(const json::Value& schema,
                 const ConfigValue& value,
                 const Place& place,
                 std::string& out) {
    if (!allows(schema, kObjectType, value, place)) return;
    const json::Value* properties = schema.find("properties");
    json::Writer writer(out);
    writer.begin_object();
    for (const ConfigValue::Member& member : value.members) {
      const json::Value* property = properties == nullptr ? nullptr : properties->find(member.key);
      if (property == nullptr) property = schema.find("additionalProperties");
      const bool closed = property != nullptr && property->as_bool() == false;
      if (closed && (properties == nullptr || properties->find(member.key) == nullptr)) {
        report_unknown(properties, member, place);
        continue;
      }
      writer.key(member.key);
      if (property == nullptr) {
        append_untyped(out, member.value);
      } else {
        check(*property, member.value, {path_to(place.path, member.key), place.secret}, out);
      }
    }
    fill_in(schema, value, place, writer);
    writer.end_object();
  }

  void report_unknown(const json::Value* properties,
                      const ConfigValue::Member& member,
                      const Place& place) {
    std::vector<std::string> known;
    if (properties != nullptr) {
      for (const json::Member& property : properties->members())
        known.push_back(property.name);
    }
    problems_.push_back(
        Problem{member.key_origin,
                place.path,
                "unknown key \"" + member.key + "\"" + did_you_mean(member.key, known)});
  }

  // Adds the defaults of what is not written, and reports what has none and is needed.
  void fill_in(const json::Value& schema,
               const ConfigValue& value,
               const Place& place,
               json::Writer& writer) {
    const json::Value* properties = schema.find("properties");
    const auto default_of = [&](std::string_view name) -> const json::Value* {
      const json::Value* property = properties == nullptr ? nullptr : properties->find(name);
      return property == nullptr ? nullptr : property->find("default");
    };
    if (properties != nullptr) {
      for (const json::Member& property : properties->members()) {
        const json::Value* standard = default_of(property.name);
        if (standard == nullptr || value.find(property.name) != nullptr) continue;
        std::string json;
        append_json(json, *standard);
        writer.key(property.name).raw(json);
      }
    }
    const json::Value* required = schema.find("required");
    if (required == nullptr) return;
    for (const json::Value& item : required->items()) {
      const std::string name(*item.as_string());
      if (value.find(name) == nullptr && default_of(name) == nullptr) {
        report(value, place, "missing required key \"" + name + "\"");
      }
    }
  }

  // anyOf and oneOf. Where the schema itself says nothing of the value's type, the branch that fits
  // decides how it is written.
  void check_branches(const json::Value& schema,
                      const ConfigValue& value,
                      const Place& place,
                      std::string& out,
                      std::size_t start) {
    for (const char* keyword : {"anyOf", "oneOf"}) {
      const json::Value* branches = schema.find(keyword);
      if (branches == nullptr) continue;
      Outcome outcome = try_branches(*branches, value, place, true);
      if (outcome.fitting.empty()) outcome = try_branches(*branches, value, place, false);
      if (outcome.fitting.empty()) {
        for (Problem& problem : outcome.nearest)
          problems_.push_back(std::move(problem));
      } else if (outcome.fitting.size() > 1 && std::string_view(keyword) == "oneOf") {
        report(value, place, "fits more than one of the forms that it may have, not exactly one");
      } else if (schema.find("type") == nullptr && schema.find("properties") == nullptr) {
        out.replace(start, out.npos, outcome.fitting.front());
      }
    }
  }

  struct Outcome {
    std::vector<std::string> fitting;  // the value's JSON by each branch that it fits
    std::vector<Problem> nearest;      // what is wrong by the branch that it misses least
  };

  // With `as_it_is`, a scalar fits only branches that allow the type it has by itself, so that a
  // plain 5 is a number before it is a text.
  static Outcome try_branches(const json::Value& branches,
                              const ConfigValue& value,
                              const Place& place,
                              bool as_it_is) {
    Outcome outcome;
    for (const json::Value& branch : branches.items()) {
      if (as_it_is && !fits_as_it_is(branch, value)) continue;
      std::vector<Problem> wrong;
      std::string json;
      if (Checker(wrong).check(branch, value, place, json)) {
        outcome.fitting.push_back(std::move(json));
      } else if (outcome.nearest.empty() || wrong.size() < outcome.nearest.size()) {
        outcome.nearest = std::move(wrong);
      }
    }
    return outcome;
  }

  // Whether a scalar has, by itself, a type that the branch allows; true for all else.
  static bool fits_as_it_is(const json::Value& branch, const ConfigValue& value) {
    if (value.kind != Kind::kScalar || !branch.is(json::Kind::kObject)) return true;
    unsigned allowed = allowed_types(branch);
    if ((allowed & kNumberType) != 0) allowed |= kIntegerType;
    return (core_typed(value).type & allowed) != 0;
  }

  std::vector<Problem>& problems_;
};

}  // namespace

std::string apply_schema(const json::Value& schema,
                         const ConfigValue& config,
                         const std::string& path,
                         std::vector<Problem>& problems) {
  ConfigValue empty;
  empty.kind = Kind::kMap;
  empty.origin = config.origin;
  std::string out;
  Checker(problems).check(schema, config.kind == Kind::kNull ? empty : config, {path}, out);
  return out;
}

}  // namespace patchbay::plugin_host
