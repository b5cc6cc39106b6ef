#include "core/plugin_host/probe_words.hpp"

#include <utility>

#include "core/json/value.hpp"
#include "core/json/write.hpp"

namespace patchbay::plugin_host {
namespace {

using json::Value;
using json::Writer;

std::string text_in(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr ? std::string() : std::string(value->as_string().value_or(""));
}

std::int64_t number_in(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr ? 0 : value->as_int64().value_or(0);
}

bool truth_in(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->as_bool().value_or(false);
}

const std::vector<Value>& items_in(const Value& object, std::string_view name) {
  static const std::vector<Value> none;
  const Value* value = object.find(name);
  return value == nullptr ? none : value->items();
}

void write(Writer& writer, const Origin& origin) {
  writer.begin_object()
      .member("file", origin.file)
      .member("line", origin.line)
      .member("column", origin.column)
      .end_object();
}

Origin read_origin(const Value* value) {
  if (value == nullptr) return {};
  return {text_in(*value, "file"),
          static_cast<int>(number_in(*value, "line")),
          static_cast<int>(number_in(*value, "column"))};
}

void write(Writer& writer, const ConfigValue& value) {
  writer.begin_object().member("kind", static_cast<int>(value.kind));
  writer.key("origin");
  write(writer, value.origin);
  writer.member("text", value.text)
      .member("quoted", value.quoted)
      .member("secret", value.secret)
      .member("source", value.source);
  writer.key("items").begin_array();
  for (const ConfigValue& item : value.items)
    write(writer, item);
  writer.end_array().key("members").begin_array();
  for (const ConfigValue::Member& member : value.members) {
    writer.begin_object().member("key", member.key).key("origin");
    write(writer, member.key_origin);
    writer.key("value");
    write(writer, member.value);
    writer.end_object();
  }
  writer.end_array().end_object();
}

ConfigValue read_config(const Value& json) {
  ConfigValue value;
  value.kind = static_cast<ConfigValue::Kind>(number_in(json, "kind"));
  value.origin = read_origin(json.find("origin"));
  value.text = text_in(json, "text");
  value.quoted = truth_in(json, "quoted");
  value.secret = truth_in(json, "secret");
  value.source = text_in(json, "source");
  for (const Value& item : items_in(json, "items"))
    value.items.push_back(read_config(item));
  for (const Value& member : items_in(json, "members")) {
    const Value* held = member.find("value");
    value.members.push_back({text_in(member, "key"),
                             read_origin(member.find("origin")),
                             held == nullptr ? ConfigValue{} : read_config(*held)});
  }
  return value;
}

void write(Writer& writer, const Manifest& manifest) {
  writer.begin_object()
      .member("file", manifest.file.string())
      .member("id", manifest.id)
      .member("version", manifest.version)
      .member("library", manifest.library.string())
      .member("never_unload", manifest.never_unload)
      .key("types")
      .begin_array();
  for (const ManifestType& type : manifest.types) {
    writer.begin_object()
        .member("type", type.type)
        .member("modes", type.modes)
        .member("schema_text", type.schema_text)
        .member("schema_file", type.schema_file.string())
        .end_object();
  }
  writer.end_array().end_object();
}

Manifest read_manifest_words(const Value& json) {
  Manifest manifest;
  manifest.file = text_in(json, "file");
  manifest.id = text_in(json, "id");
  manifest.version = text_in(json, "version");
  manifest.library = text_in(json, "library");
  manifest.never_unload = truth_in(json, "never_unload");
  for (const Value& item : items_in(json, "types")) {
    ManifestType& type = manifest.types.emplace_back();
    type.type = text_in(item, "type");
    type.modes = static_cast<std::uint64_t>(number_in(item, "modes"));
    type.schema_text = text_in(item, "schema_text");
    type.schema_file = text_in(item, "schema_file");
  }
  return manifest;
}

void write(Writer& writer, const ProviderEntry& entry) {
  writer.begin_object().member("name", entry.name).member("type", entry.type).key("type_origin");
  write(writer, entry.type_origin);
  writer.key("origin");
  write(writer, entry.origin);
  writer.key("config");
  write(writer, entry.config);
  writer.end_object();
}

ProviderEntry read_entry(const Value& json) {
  ProviderEntry entry;
  entry.name = text_in(json, "name");
  entry.type = text_in(json, "type");
  entry.type_origin = read_origin(json.find("type_origin"));
  entry.origin = read_origin(json.find("origin"));
  if (const Value* config = json.find("config")) entry.config = read_config(*config);
  return entry;
}

}  // namespace

std::string to_json(const ProbeRequest& request) {
  std::string out;
  Writer writer(out);
  writer.begin_object().member("host_version", request.host_version).key("manifest");
  write(writer, request.manifest);
  writer.key("entries").begin_array();
  for (const ProviderEntry& entry : request.entries)
    write(writer, entry);
  writer.end_array().end_object();
  return out;
}

Result<ProbeRequest> read_probe_request(std::string_view text) {
  const Result<Value> parsed = json::parse(text);
  if (!parsed) return parsed.error();
  ProbeRequest request;
  request.host_version = text_in(*parsed, "host_version");
  if (const Value* manifest = parsed->find("manifest")) {
    request.manifest = read_manifest_words(*manifest);
  }
  for (const Value& entry : items_in(*parsed, "entries"))
    request.entries.push_back(read_entry(entry));
  if (request.manifest.types.empty()) {
    return make_error(ErrorCode::kInvalid, "this is no request to try a plugin out");
  }
  return request;
}

std::string to_json(const std::vector<Problem>& problems) {
  std::string out;
  Writer writer(out);
  writer.begin_array();
  for (const Problem& problem : problems) {
    writer.begin_object().key("origin");
    write(writer, problem.origin);
    writer.member("path", problem.path).member("message", problem.message).end_object();
  }
  writer.end_array();
  return out;
}

Result<std::vector<Problem>> read_problems(std::string_view text) {
  const Result<Value> parsed = json::parse(text);
  if (!parsed) return parsed.error();
  if (!parsed->is(json::Kind::kArray)) {
    return make_error(ErrorCode::kProtocol, "this is no list of problems");
  }
  std::vector<Problem> problems;
  for (const Value& item : parsed->items()) {
    problems.push_back(
        {read_origin(item.find("origin")), text_in(item, "path"), text_in(item, "message")});
  }
  return problems;
}

}  // namespace patchbay::plugin_host
