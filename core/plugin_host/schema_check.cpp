#include "core/plugin_host/schema_check.hpp"

#include <utility>

#include "core/base/suggestion.hpp"
#include "core/plugin_host/config_json.hpp"
#include "core/plugin_host/pattern.hpp"

namespace patchbay::plugin_host {
namespace {

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> all{"type",
                                            "properties",
                                            "required",
                                            "enum",
                                            "const",
                                            "default",
                                            "pattern",
                                            "minLength",
                                            "maxLength",
                                            "minimum",
                                            "maximum",
                                            "items",
                                            "minItems",
                                            "maxItems",
                                            "additionalProperties",
                                            "oneOf",
                                            "anyOf",
                                            "format",
                                            "writeOnly"};
  return all;
}

bool is_annotation(std::string_view keyword) {
  for (const std::string_view known :
       {"title", "description", "examples", "$schema", "$id", "$comment"}) {
    if (keyword == known) return true;
  }
  return keyword.starts_with("x-");
}

bool is_scalar(const json::Value& value) {
  return !value.is(json::Kind::kArray) && !value.is(json::Kind::kObject);
}

class SchemaChecker {
 public:
  SchemaChecker(std::string_view text, const std::string& file, std::vector<Problem>& problems)
      : text_(text), file_(file), problems_(problems) {}

  void check(const json::Value& schema, const std::string& path) {
    if (schema.is_bool()) return;
    if (!schema.is(json::Kind::kObject)) return fault(schema, path, "expected a schema");
    for (const json::Member& member : schema.members()) {
      const std::string here = path.empty() ? member.name : path + "." + member.name;
      if (is_annotation(member.name)) continue;
      if (!check_keyword(member.name, member.value, here)) {
        fault(member.value,
              path,
              "unknown keyword \"" + member.name + "\"" +
                  (nearest(member.name, keywords()).empty()
                       ? "; this Patchbay cannot check it, so the plugin must not use it"
                       : did_you_mean(member.name, keywords())));
      }
    }
  }

 private:
  void fault(const json::Value& at, const std::string& path, std::string message) {
    const json::Position position = json::position_of(text_, at.offset());
    problems_.push_back(Problem{{file_, position.line, position.column},
                                path,
                                "the plugin's schema is wrong: " + std::move(message)});
  }

  void expect(bool right, const json::Value& at, const std::string& path, const char* what) {
    if (!right) fault(at, path, std::string("expected ") + what);
  }

  // False when there is no such keyword.
  bool check_keyword(const std::string& name, const json::Value& value, const std::string& path) {
    if (name == "type") {
      check_type(value, path);
    } else if (name == "properties") {
      expect(value.is(json::Kind::kObject), value, path, "an object of schemas");
      for (const json::Member& member : value.members())
        check(member.value, path + "." + member.name);
    } else if (name == "required") {
      bool names = value.is(json::Kind::kArray);
      for (const json::Value& item : value.items())
        names = names && item.is(json::Kind::kString);
      expect(names, value, path, "an array of names");
    } else if (name == "enum") {
      bool scalars = value.is(json::Kind::kArray) && !value.items().empty();
      for (const json::Value& item : value.items())
        scalars = scalars && is_scalar(item);
      expect(scalars, value, path, "an array of texts, numbers, booleans and nulls");
    } else if (name == "const") {
      expect(is_scalar(value), value, path, "a text, number, boolean or null");
    } else if (name == "pattern") {
      check_pattern(value, path);
    } else if (name == "minimum" || name == "maximum") {
      expect(value.as_double().has_value(), value, path, "a number");
    } else if (name == "minLength" || name == "maxLength" || name == "minItems" ||
               name == "maxItems") {
      expect(value.as_int64().value_or(-1) >= 0, value, path, "a whole number from 0");
    } else if (name == "items" || name == "additionalProperties") {
      check(value, path);
    } else if (name == "oneOf" || name == "anyOf") {
      expect(value.is(json::Kind::kArray) && !value.items().empty(),
             value,
             path,
             "an array of schemas");
      for (const json::Value& item : value.items())
        check(item, path);
    } else if (name == "format") {
      expect(value.as_string() == "uri", value, path, "\"uri\", the only format there is");
    } else if (name == "writeOnly") {
      expect(value.is_bool(), value, path, "a boolean");
    } else {
      return name == "default";
    }
    return true;
  }

  void check_type(const json::Value& value, const std::string& path) {
    bool known = !value.is(json::Kind::kArray) || !value.items().empty();
    if (value.is(json::Kind::kArray)) {
      for (const json::Value& item : value.items()) {
        known = known && type_bit(item.as_string().value_or("")) != 0;
      }
    } else {
      known = type_bit(value.as_string().value_or("")) != 0;
    }
    expect(known,
           value,
           path,
           "string, integer, number, boolean, array, object or null, or an array of them");
  }

  void check_pattern(const json::Value& value, const std::string& path) {
    if (!value.is(json::Kind::kString)) return fault(value, path, "expected a pattern");
    if (!matches(*value.as_string(), {})) fault(value, path, "expected a regular expression");
  }

  const std::string_view text_;
  const std::string& file_;
  std::vector<Problem>& problems_;
};

}  // namespace

unsigned type_bit(std::string_view name) {
  struct Named {
    std::string_view name;
    unsigned bit;
  };
  for (const Named& type : {Named{"null", kNullType},
                            Named{"boolean", kBooleanType},
                            Named{"integer", kIntegerType},
                            Named{"number", kNumberType},
                            Named{"string", kStringType},
                            Named{"array", kArrayType},
                            Named{"object", kObjectType}}) {
    if (type.name == name) return type.bit;
  }
  return 0;
}

bool check_schema(const json::Value& schema,
                  std::string_view text,
                  const std::string& file,
                  std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  SchemaChecker(text, file, problems).check(schema, {});
  return problems.size() == before;
}

}  // namespace patchbay::plugin_host
