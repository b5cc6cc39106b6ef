#include "core/plugin_host/instance_maker.hpp"

#include <string_view>
#include <utility>

#include "core/json/value.hpp"
#include "core/plugin_host/config_schema.hpp"
#include "core/plugin_host/schema_check.hpp"
#include "core/plugin_host/setting_text.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

std::optional<std::string> check_config(const ProviderEntry& entry,
                                        std::string_view schema_text,
                                        const std::string& schema_file,
                                        std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  const Result<json::Value> schema = json::parse(schema_text);
  if (!schema) {
    problems.push_back(Problem{
        {schema_file, 0, 0}, {}, "the plugin's schema is wrong: " + schema.error().message});
    return std::nullopt;
  }
  if (!check_schema(*schema, schema_text, schema_file, problems)) return std::nullopt;
  ConfigValue config = entry.config;
  if (config.origin.line == 0) config.origin = entry.origin;
  std::string json = apply_schema(*schema, config, path_of(entry, "config"), problems);
  if (problems.size() != before) return std::nullopt;
  return json;
}

}  // namespace

std::string path_of(const ProviderEntry& entry) {
  return path_to("providers", entry.name);
}

std::string path_of(const ProviderEntry& entry, const std::string& key) {
  return path_to(path_of(entry), key);
}

const ManifestType& type_in(const Manifest& manifest, const std::string& name) {
  for (const ManifestType& type : manifest.types) {
    if (type.type == name) return type;
  }
  return manifest.types.front();
}

std::optional<std::string> config_json_of(const ProviderEntry& entry,
                                          const Manifest& manifest,
                                          const Module* module,
                                          std::vector<Problem>& problems) {
  const ManifestType& named = type_in(manifest, entry.type);
  if (!named.schema_text.empty()) {
    return check_config(entry, named.schema_text, named.schema_file.string(), problems);
  }
  if (module == nullptr) return std::nullopt;
  const std::string_view text = text_of(module->type(entry.type)->config_schema);
  return check_config(entry, text.empty() ? "true" : text, manifest.library.string(), problems);
}

std::shared_ptr<ProviderInstance> make_instance(const ProviderEntry& entry,
                                                const std::shared_ptr<Module>& module,
                                                const std::string& config_json,
                                                const std::shared_ptr<ControlThread>& control,
                                                std::vector<Problem>& problems) {
  CallError failure;
  std::shared_ptr<ProviderInstance> instance = ProviderInstance::create(
      module, *module->type(entry.type), entry.name, config_json, control, failure);
  if (instance == nullptr) {
    std::string path = path_of(entry, "config");
    const ConfigValue& setting = find_setting(entry.config, failure.param, path);
    const bool placed = setting.origin.line > 0;
    problems.push_back(Problem{
        placed ? setting.origin : entry.origin, placed ? path : path_of(entry), failure.message});
  }
  return instance;
}

}  // namespace patchbay::plugin_host
