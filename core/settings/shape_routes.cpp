// `defaults:` and `models:`: who answers what.

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "core/base/suggestion.hpp"
#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

using Kind = ConfigValue::Kind;

constexpr std::size_t kModelNameBytesMax = 256;

// Finds the provider that is meant, in any case of letters as clients may write it, too. Reports
// one that does not exist.
bool find_known_provider(const ConfigValue& written,
                         const std::string& path,
                         const std::vector<std::string>& known,
                         std::string& name,
                         Report& report) {
  // Without any provider there is a larger problem, which is told elsewhere.
  if (known.empty()) return false;
  const auto same_letter = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  for (const std::string& each : known) {
    if (!std::equal(
            each.begin(), each.end(), written.text.begin(), written.text.end(), same_letter)) {
      continue;
    }
    name = each;
    return true;
  }
  std::string hint = written.secret ? "" : did_you_mean(written.text, known);
  if (hint.empty()) {
    hint = "; there are";
    for (std::size_t i = 0; i < known.size(); ++i)
      hint += (i == 0 ? " " : ", ") + known[i];
  }
  report.problem(written.origin, path, "unknown provider " + shown(written) + hint);
  return false;
}

// One name or a list of them; a text may be a list too, with commas, as variables hold them. Every
// name is kept once, so that a variable may repeat one.
void read_provider_names(Fields& fields,
                         const std::vector<std::string>& known,
                         std::vector<std::string>& names,
                         Origin& origin,
                         Report& report) {
  const ConfigValue* value = fields.take("provider");
  if (value == nullptr) return;
  origin = value->origin;
  const auto add = [&](const ConfigValue& item, const std::string& path) {
    if (item.kind != Kind::kScalar || item.text.empty()) {
      report.problem(item.origin,
                     path,
                     "expected the name of a provider or a list of them, got " + shown(item));
      return;
    }
    std::string name;
    if (!find_known_provider(item, path, known, name, report)) return;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  const std::string path = fields.path("provider");
  if (value->kind == Kind::kScalar && value->text.find(',') != std::string::npos) {
    ConfigValue item = *value;
    for (const std::string_view name : items_of(value->text)) {
      item.text = name;
      add(item, path);
    }
    if (items_of(value->text).empty()) {
      fields.problem(*value, "provider", "expected at least one provider");
    }
    return;
  }
  if (value->kind != Kind::kList) {
    add(*value, path);
    return;
  }
  for (std::size_t i = 0; i < value->items.size(); ++i)
    add(value->items[i], path_to(path, i));
  if (value->items.empty()) fields.problem(*value, "provider", "expected at least one provider");
}

bool is_model_name(const std::string& name) {
  return !name.empty() && name.size() <= kModelNameBytesMax &&
         std::none_of(
             name.begin(), name.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
}

Model read_model(const ConfigValue::Member& entry,
                 const std::vector<std::string>& known,
                 const Defaults& defaults,
                 Report& report) {
  const std::string path = path_to("models", entry.key);
  Model model;
  model.name = entry.key;
  model.origin = entry.key_origin;
  if (!is_model_name(entry.key)) {
    report.problem(entry.key_origin, path, "a model's name is 1 to 256 bytes without spaces");
  }
  Fields fields(&entry.value, path, report);
  read_provider_names(fields, known, model.provider, model.provider_origin, report);
  if (!fields.has("provider")) {
    model.provider = defaults.provider;
    model.provider_origin = defaults.provider_origin;
    if (defaults.provider_origin.line == 0 && fields.readable()) {
      report.problem(entry.key_origin,
                     path + ".provider",
                     "is missing, and defaults.provider names none either");
    }
  }
  std::string upstream_model;
  if (const ConfigValue* written = fields.text("model", upstream_model)) {
    if (is_model_name(upstream_model)) {
      model.upstream_model = std::move(upstream_model);
    } else {
      fields.problem(*written,
                     "model",
                     "expected the name that the provider knows the model by, without spaces");
    }
  }
  fields.finish();
  return model;
}

// The models for requests that name none, by what is asked.
constexpr std::array<std::pair<const char*, std::string Defaults::*>, 5> kDefaultModels{
    {{"model", &Defaults::model},
     {"image_model", &Defaults::image_model},
     {"transcription_model", &Defaults::transcription_model},
     {"speech_model", &Defaults::speech_model},
     {"embedding_model", &Defaults::embedding_model}}};

// Why nobody in `names` can answer, or "" when somebody can.
std::string all_disabled(const std::vector<std::string>& names, const Settings& settings) {
  std::string out;
  for (const std::string& name : names) {
    const auto provider = std::find_if(settings.providers.begin(),
                                       settings.providers.end(),
                                       [&](const Provider& p) { return p.name == name; });
    if (provider == settings.providers.end() || provider->enabled) return {};
    const bool stands_in = std::any_of(
        settings.providers.begin(), settings.providers.end(), [&](const Provider& other) {
          return other.enabled && other.name == provider->otherwise;
        });
    if (stands_in) return {};
    if (!out.empty()) out += ", ";
    out += name + " is disabled because " + provider->disabled_because;
  }
  return out;
}

}  // namespace

void read_defaults(const ConfigValue* value,
                   const std::vector<std::string>& known,
                   Settings& settings,
                   Report& report) {
  Fields fields(value, "defaults", report);
  Defaults& defaults = settings.defaults;
  read_provider_names(fields, known, defaults.provider, defaults.provider_origin, report);
  for (const auto& [key, member] : kDefaultModels) {
    std::string model;
    const ConfigValue* written = fields.text(key, model);
    if (written == nullptr) continue;
    if (model.empty() || is_model_name(model)) {
      defaults.*member = std::move(model);
    } else {
      fields.problem(*written, key, "expected the name of a model, without spaces");
    }
  }
  fields.finish();
}

void read_models(const ConfigValue* value,
                 const std::vector<std::string>& known,
                 Settings& settings,
                 Report& report) {
  if (value == nullptr || value->kind != Kind::kMap) {
    Fields checks_the_kind(value, "models", report);
    return;
  }
  for (const ConfigValue::Member& entry : value->members) {
    settings.models.push_back(read_model(entry, known, settings.defaults, report));
  }
}

void check_default_models(const ConfigValue* defaults, const Settings& settings, Report& report) {
  std::vector<std::string> listed;
  for (const Model& model : settings.models)
    listed.push_back(model.name);
  for (const auto& [key, member] : kDefaultModels) {
    const std::string& name = settings.defaults.*member;
    const bool reachable =
        name.empty() || std::any_of(listed.begin(), listed.end(), [&](const std::string& model) {
          return model == "*" || model == name;
        });
    if (reachable) continue;
    const ConfigValue& written = *defaults->find(key);
    report.problem(written.origin,
                   std::string("defaults.") + key,
                   "no entry of models leads to the model " + shown(written) +
                       (written.secret ? "" : did_you_mean(name, listed)));
  }
}

void warn_of_dead_ends(const Settings& settings, Report& report) {
  const Defaults& defaults = settings.defaults;
  if (const std::string why = all_disabled(defaults.provider, settings); !why.empty()) {
    report.warning(defaults.provider_origin,
                   "defaults.provider",
                   why + ": requests that it should answer will be refused");
  }
  for (const Model& model : settings.models) {
    const std::string why = all_disabled(model.provider, settings);
    if (why.empty()) continue;
    report.warning(
        model.origin, path_to("models", model.name), why + ": requests for it will be refused");
  }
  if (settings.models.empty()) {
    report.warning(settings.providers.front().origin,
                   "models",
                   "has no entry: every request will be refused; an entry \"*\" takes every name");
  }
}

}  // namespace patchbay::settings
