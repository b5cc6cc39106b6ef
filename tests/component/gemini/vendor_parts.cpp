#include <algorithm>
#include <set>

#include "tests/component/gemini/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

bool is_base64(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") == text.npos;
}

void check_data(const json::Value& part, const std::string& place, VendorComplaints& out) {
  if (const json::Value* data = member(part, "inlineData")) {
    const std::string type = text_of(*data, "mimeType");
    out.require(type.find('/') != type.npos, place, "inlineData without a media type");
    out.require(is_base64(text_of(*data, "data")), place, "inlineData that is no base64");
    out.require(data->members().size() == 2, place, "inlineData with other members");
  }
  if (const json::Value* file = member(part, "fileData")) {
    out.require(text_of(*file, "fileUri").find("://") != std::string::npos, place, "no fileUri");
  }
}

void check_functions(const json::Value& part,
                     bool is_model,
                     const std::string& place,
                     VendorComplaints& out) {
  if (const json::Value* call = member(part, "functionCall")) {
    out.require(is_model, place, "a functionCall of the user's");
    out.require(!text_of(*call, "name").empty(), place, "a functionCall without a name");
    const json::Value* args = member(*call, "args");
    out.require(args != nullptr && args->is(json::Kind::kObject), place, "args are no object");
  }
  if (const json::Value* response = member(part, "functionResponse")) {
    out.require(!is_model, place, "a functionResponse of the model's");
    out.require(!text_of(*response, "name").empty(), place, "a functionResponse without a name");
    const json::Value* value = member(*response, "response");
    out.require(value != nullptr && value->is(json::Kind::kObject), place, "response is no object");
  }
}

}  // namespace

const json::Value* member(const json::Value& object, std::string_view name) {
  const json::Value* found = object.find(name);
  return found == nullptr || found->is(json::Kind::kNull) ? nullptr : found;
}

std::string text_of(const json::Value& object, std::string_view name) {
  const json::Value* found = member(object, name);
  return found == nullptr ? "" : std::string(found->as_string().value_or(""));
}

bool is_vendor_function_name(std::string_view name) {
  constexpr std::string_view kFirst = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  const std::string all = std::string(kFirst) + "0123456789.:-";
  return !name.empty() && name.size() <= 128 && kFirst.find(name[0]) != kFirst.npos &&
         name.find_first_not_of(all) == name.npos;
}

void check_vendor_part(const json::Value& part,
                       bool is_model,
                       const std::string& place,
                       VendorComplaints& out) {
  static const std::set<std::string> kData{
      "text", "inlineData", "fileData", "functionCall", "functionResponse"};
  int data = 0;
  for (const json::Member& one : part.members()) {
    if (kData.contains(one.name)) {
      ++data;
    } else if (one.name == "thoughtSignature") {
      out.require(is_model, place, "a thoughtSignature of the user's");
      out.require(is_base64(one.value.as_string().value_or("")), place, "no base64 signature");
    } else {
      out.add(place, "unknown member " + one.name);
    }
  }
  out.require(data == 1, place, "a part has exactly one kind of data");
  const json::Value* text = part.find("text");
  if (text != nullptr) {
    out.require(text->as_string().has_value(), place, "text is no text");
    out.require(text->as_string() != "" || part.find("thoughtSignature") != nullptr,
                place,
                "an empty text");
  }
  check_data(part, place, out);
  check_functions(part, is_model, place, out);
}

void check_vendor_schema(const json::Value& schema,
                         const std::string& place,
                         VendorComplaints& out) {
  static const std::set<std::string> kPlain{"$id",
                                            "$anchor",
                                            "type",
                                            "format",
                                            "title",
                                            "enum",
                                            "minItems",
                                            "maxItems",
                                            "minimum",
                                            "maximum",
                                            "description",
                                            "required",
                                            "propertyOrdering",
                                            "$ref"};
  if (schema.is_bool()) return;
  const bool refers = schema.find("$ref") != nullptr;
  for (const json::Member& one : schema.members()) {
    const std::string at = place + "." + one.name;
    out.require(!refers || one.name.starts_with("$"), at, "beside a $ref");
    if (one.name == "properties" || one.name == "$defs") {
      for (const json::Member& inner : one.value.members())
        check_vendor_schema(inner.value, at + "." + inner.name, out);
    } else if (one.name == "items" || one.name == "additionalProperties") {
      check_vendor_schema(one.value, at, out);
    } else if (one.name == "anyOf" || one.name == "oneOf" || one.name == "prefixItems") {
      for (const json::Value& inner : one.value.items())
        check_vendor_schema(inner, at, out);
    } else {
      out.require(kPlain.contains(one.name), at, "not in the vendor's subset");
    }
  }
}

}  // namespace patchbay::testing
