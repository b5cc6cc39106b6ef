// The shape of the configuration: which settings there are, of what type, within what bounds.
//
// docs/configuration.md is the reference; config/patchbay.yaml shows every key at its default.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/settings/fields.hpp"
#include "core/settings/report.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::settings {

// Reads everything below `root`, with the defaults in place of what is absent or wrong. Relative
// paths start in `folder`.
Settings read_settings(const ConfigValue& root,
                       const std::filesystem::path& folder,
                       Report& report);

// `limits:`, what one client may ask for.
void read_limits(const ConfigValue* value, Limits& limits, Report& report);

// `plugins:`, where they are and how they are replaced.
void read_plugins(const ConfigValue* value,
                  const std::filesystem::path& folder,
                  Plugins& plugins,
                  Report& report);

// `sha256:` of a provider.
void read_library_hash(Fields& fields, Provider& provider);

// `storage:`, where conversations are kept and for how long.
void read_storage(const ConfigValue* value, Storage& storage, Report& report);

// `admin:`, who may see and change the server itself.
void read_admin(const ConfigValue* value, Admin& admin, Report& report);

// `chat:`, what the chat routes hold to.
void read_chat(const ConfigValue* value, Chat& chat, Report& report);

// `files:`, documents that are searched.
void read_files(const ConfigValue* value,
                const std::filesystem::path& folder,
                Files& files,
                Report& report);

// `files.extractors:`, over what is in `extractors` already. Looks whether the programs are there.
void read_extractors(const ConfigValue* value,
                     const std::filesystem::path& folder,
                     std::vector<Extractor>& extractors,
                     Report& report);

// `redis:`, what replicas share.
void read_redis(const ConfigValue* value, Redis& redis, Report& report);

// `access:`, who may ask, and `rate_limit:`, how often.
void read_access(const ConfigValue* value, Access& access, Report& report);
void read_rate_limit(const ConfigValue* value, RateLimit& limit, Report& report);

// `defaults:` and `models:`, which name providers; `known` are the names of all that were written,
// the wrong ones included.
void read_defaults(const ConfigValue* value,
                   const std::vector<std::string>& known,
                   Settings& settings,
                   Report& report);
void read_models(const ConfigValue* value,
                 const std::vector<std::string>& known,
                 Settings& settings,
                 Report& report);

// Reports a defaults.model that no listed model and no default provider stands for. `defaults` is
// the section that settings.defaults was read from.
void check_default_models(const ConfigValue* defaults, const Settings& settings, Report& report);

// Warns of what is not wrong but will refuse requests: a model or default none of whose providers
// is enabled.
void warn_of_dead_ends(const Settings& settings, Report& report);

}  // namespace patchbay::settings
