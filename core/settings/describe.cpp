#include "core/settings/describe.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/database_url.hpp"
#include "core/base/redis_address.hpp"
#include "core/base/secret.hpp"
#include "core/settings/fields.hpp"
#include "core/settings/report.hpp"

namespace patchbay::settings {
namespace {

using Kind = ConfigValue::Kind;

const char* name_of(Log::Level level) {
  switch (level) {
    case Log::Level::kTrace:
      return "trace";
    case Log::Level::kDebug:
      return "debug";
    case Log::Level::kInfo:
      return "info";
    case Log::Level::kWarn:
      return "warn";
    case Log::Level::kError:
      return "error";
    case Log::Level::kOff:
      return "off";
  }
  return "info";
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 0, ' ');
}

std::string line(const std::string& name, const std::string& value) {
  return padded(name, 14) + value + '\n';
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : ", ") + word;
  return out;
}

// A URL may carry a user and a password in front of its host.
bool holds_credentials(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = text.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos;
}

std::string config_value(const ConfigValue& value) {
  switch (value.kind) {
    case Kind::kNull:
      return "(nothing)";
    case Kind::kList:
      return "(a list of " + std::to_string(value.items.size()) + ")";
    case Kind::kMap:
      return "(" + std::to_string(value.members.size()) + " settings)";
    case Kind::kScalar:
      break;
  }
  if (value.text.empty()) return "(empty)";
  if (value.secret || holds_credentials(value.text)) {
    return std::string(Secret::shown()) +
           (value.source.empty() ? "" : " (from " + value.source + ")");
  }
  return value.quoted ? shown(value) : value.text;
}

// What differs from the default, in one line; nothing when all is as it comes.
std::string limits(const Limits& limits) {
  const Limits usual;
  std::string out;
  const auto tell =
      [&out](const char* name, std::int64_t value, std::int64_t default_value, auto text) {
        if (value != default_value) out += (out.empty() ? "" : ", ") + (name + (" " + text(value)));
      };
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  const auto duration = [](std::int64_t ms) {
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms";
  };
  tell("header_bytes", limits.header_bytes, usual.header_bytes, bytes_text);
  tell("headers", limits.headers, usual.headers, number);
  tell("body_bytes", limits.body_bytes, usual.body_bytes, bytes_text);
  tell("connections", limits.connections, usual.connections, number);
  tell("output_bytes", limits.output_bytes, usual.output_bytes, bytes_text);
  tell("header_timeout", limits.header_timeout_ms, usual.header_timeout_ms, duration);
  tell("body_timeout", limits.body_timeout_ms, usual.body_timeout_ms, duration);
  tell("idle_timeout", limits.idle_timeout_ms, usual.idle_timeout_ms, duration);
  tell(
      "write_stall_timeout", limits.write_stall_timeout_ms, usual.write_stall_timeout_ms, duration);
  return out.empty() ? out : line("limits", out);
}

// Who may ask, where that is more than the default.
std::string access(const Access& access) {
  std::vector<std::string> words;
  if (!access.basic.empty()) words.push_back("accounts " + std::to_string(access.basic.size()));
  std::vector<std::string> names;
  for (const Access::Key& key : access.keys)
    names.push_back(key.name);
  if (!names.empty()) words.push_back("keys " + joined(names));
  if (words.empty() && access.anonymous == Access::Anonymous::kAlways)
    words.emplace_back("everybody");
  if (words.empty() && access.anonymous == Access::Anonymous::kNever) words.emplace_back("nobody");
  return words.empty() ? std::string() : line("access", joined(words));
}

std::string rate_limit(const RateLimit& limit) {
  const RateLimit usual;
  if (limit.requests == usual.requests && limit.window_ms == usual.window_ms &&
      limit.routes == usual.routes && limit.fail_closed == usual.fail_closed) {
    return {};
  }
  if (limit.requests == 0 || limit.routes.empty()) return line("rate limit", "none");
  return line("rate limit",
              std::to_string(limit.requests) + " in " + std::to_string(limit.window_ms) +
                  "ms for " + joined(limit.routes) +
                  (limit.fail_closed ? ", closed without Redis" : ""));
}

std::string providers(const Settings& settings) {
  std::size_t name_width = 0;
  std::size_t plugin_width = 0;
  for (const Provider& provider : settings.providers) {
    name_width = std::max(name_width, provider.name.size());
    plugin_width = std::max(plugin_width, provider.plugin.size());
  }
  std::string out = "providers\n";
  for (const Provider& provider : settings.providers) {
    out += "  " + padded(provider.name, name_width) + "  plugin " +
           padded(provider.plugin, plugin_width) + "  " +
           (provider.enabled ? "enabled" : "disabled: " + provider.disabled_because);
    if (!provider.enabled && !provider.otherwise.empty()) {
      out += "; " + provider.otherwise + " answers in its place";
    }
    out += '\n';
    for (const ConfigValue::Member& member : provider.config.members) {
      out += "    " + member.key + ": " + config_value(member.value) + '\n';
    }
    if (!provider.proxy.empty()) out += "    through a proxy\n";
    if (!provider.record.empty()) out += "    recorded in " + provider.record.string() + '\n';
    if (!provider.addresses.empty()) {
      std::vector<std::string> addresses;
      for (const IpNetwork& network : provider.addresses)
        addresses.push_back(network.text());
      out += "    may reach " + joined(addresses) + '\n';
    }
  }
  return out;
}

const Provider* find_provider(const Settings& settings, const std::string& name) {
  const auto found = std::find_if(settings.providers.begin(),
                                  settings.providers.end(),
                                  [&](const Provider& provider) { return provider.name == name; });
  return found == settings.providers.end() ? nullptr : &*found;
}

// "local" or "local (disabled: hosted)": who answers, and who was passed over.
std::string answering(const std::vector<std::string>& names, const Settings& settings) {
  std::vector<std::string> disabled;
  const auto with_disabled = [&](const std::string& name) {
    return name + (disabled.empty() ? "" : " (disabled: " + joined(disabled) + ")");
  };
  for (const std::string& name : names) {
    const Provider* provider = find_provider(settings, name);
    if (provider != nullptr && provider->enabled) return with_disabled(name);
    disabled.push_back(name);
  }
  for (const std::string& name : names) {
    const Provider* provider = find_provider(settings, name);
    const Provider* other =
        provider == nullptr ? nullptr : find_provider(settings, provider->otherwise);
    if (other != nullptr && other->enabled) return with_disabled(other->name);
  }
  return "nobody (disabled: " + joined(disabled) + ")";
}

std::string models(const Settings& settings) {
  if (settings.models.empty()) return {};
  std::size_t width = 0;
  for (const Model& model : settings.models)
    width = std::max(width, model.name.size());
  std::string out = "models\n";
  for (const Model& model : settings.models) {
    const std::string upstream =
        model.upstream_model.empty() ? "the same name" : model.upstream_model;
    out += "  " + padded(model.name, width) + "  -> " + answering(model.provider, settings) + ", " +
           upstream + '\n';
  }
  return out;
}

}  // namespace

std::string describe(const Settings& settings) {
  const Server& server = settings.server;
  std::string out = line("listen", server.listen);
  out += line("workers", server.workers == 0 ? "auto, one a core" : std::to_string(server.workers));
  out += line("log level", name_of(settings.log.level));
  out += access(settings.access);
  out += rate_limit(settings.rate_limit);
  out += limits(settings.limits);
  if (!server.cors_origins.empty()) out += line("cors origins", joined(server.cors_origins));
  if (!server.hosts.empty()) out += line("hosts", joined(server.hosts));
  for (const auto& path : settings.plugins.path)
    out += line("plugins", path.string());
  if (!settings.plugins.watch) out += line("plugins", "not watched for new versions");
  const auto database = parse_database_url(settings.storage.url);
  const bool stored = settings.storage.enabled && database;
  out += line("storage", stored ? database->shown : "off");
  if (const auto redis = parse_redis_url(settings.redis.url)) {
    out += line("redis", redis->host + ":" + std::to_string(redis->port));
  }
  if (!settings.admin.keys.empty()) {
    out += line("admin keys", std::to_string(settings.admin.keys.size()));
  }
  out += providers(settings);
  out += models(settings);
  if (!settings.defaults.provider.empty() || !settings.defaults.model.empty()) {
    out += "defaults\n";
    if (!settings.defaults.provider.empty()) {
      out += "  provider  -> " + answering(settings.defaults.provider, settings) + '\n';
    }
    if (!settings.defaults.model.empty()) out += "  model     -> " + settings.defaults.model + '\n';
  }
  return out;
}

}  // namespace patchbay::settings
