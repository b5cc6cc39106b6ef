#include "core/settings/shape.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "core/settings/listen_address.hpp"

namespace patchbay::settings {
namespace {

using Kind = ConfigValue::Kind;

constexpr unsigned kWorkersMax = 256;
constexpr std::size_t kNameBytesMax = 64;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return out;
}

void read_workers(Fields& fields, unsigned& workers, Origin& origin) {
  const ConfigValue* value = fields.take("workers");
  if (value == nullptr) return;
  const std::string& text = value->text;
  if (value->kind == Kind::kScalar && text == "auto") {
    workers = 0;
    return;
  }
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = value->kind == Kind::kScalar && error == std::errc() &&
                    end == text.data() + text.size() && number >= 1 && number <= kWorkersMax;
  if (good) {
    workers = number;
    origin = value->origin;
  } else {
    fields.problem(*value, "workers", "expected auto or a number from 1 to 256");
  }
}

// An origin is what a browser sends: scheme, host and perhaps a port, and nothing behind them.
bool is_cors_origin(const std::string& text) {
  if (text == "*") return true;
  const std::size_t scheme = text.find("://");
  if (scheme == std::string::npos || scheme == 0) return false;
  const std::string_view name = std::string_view(text).substr(0, scheme);
  const bool letters = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
  });
  const std::string rest = text.substr(scheme + 3);
  return letters && !rest.empty() && rest.find_first_of("/?#@ \"'<>{}\\,") == std::string::npos;
}

bool is_host(const std::string& text) {
  return !text.empty() && text.find_first_of("/?#@ ") == std::string::npos;
}

void read_server(const ConfigValue* value, Server& server, Report& report) {
  Fields fields(value, "server", report);
  std::string listen;
  if (const ConfigValue* written = fields.text("listen", listen)) {
    if (const auto address = parse_listen_address(listen)) {
      server.listen = listen;
      server.listen_origin = written->origin;
    } else {
      fields.problem(*written, "listen", address.error().message);
    }
  }
  read_workers(fields, server.workers, server.workers_origin);
  fields.duration_ms("drain_timeout", server.drain_timeout_ms);
  fields.duration_ms("models_cache", server.models_cache_ms);
  if (fields.has("cors_origins")) server.cors_origins.clear();
  for (auto& [origin, written] : fields.texts("cors_origins")) {
    if (is_cors_origin(origin)) {
      server.cors_origins.push_back(std::move(origin));
    } else {
      fields.problem(
          *written,
          "cors_origins",
          "expected an origin such as https://app.example.com, without a path, or \"*\"");
    }
  }
  for (auto& [host, written] : fields.texts("hosts")) {
    if (is_host(host)) {
      server.hosts.push_back(std::move(host));
    } else {
      fields.problem(
          *written, "hosts", "expected a host name such as chat.example.com, without a scheme");
    }
  }
  fields.finish();
}

void read_log(const ConfigValue* value, Log& log, Report& report) {
  struct Level {
    std::string_view name;
    Log::Level level;
  };
  static constexpr std::array<Level, 9> kLevels = {{{"trace", Log::Level::kTrace},
                                                    {"debug", Log::Level::kDebug},
                                                    {"info", Log::Level::kInfo},
                                                    {"warn", Log::Level::kWarn},
                                                    {"error", Log::Level::kError},
                                                    {"off", Log::Level::kOff},
                                                    // What other programs call them:
                                                    {"warning", Log::Level::kWarn},
                                                    {"critical", Log::Level::kError},
                                                    {"fatal", Log::Level::kError}}};
  Fields fields(value, "log", report);
  std::string name;
  if (const ConfigValue* written = fields.text("level", name)) {
    const auto* level = std::find_if(kLevels.begin(), kLevels.end(), [&](const Level& known) {
      return known.name == lower(name);
    });
    if (level != kLevels.end()) {
      log.level = level->level;
    } else {
      fields.problem(*written, "level", "expected trace, debug, info, warn, error or off");
    }
  }
  fields.finish();
}

// `earlier` holds the names before this one, by their lower case.
void check_provider_name(const ConfigValue::Member& entry,
                         std::map<std::string, std::string>& earlier,
                         Report& report) {
  const std::string path = path_to("providers", entry.key);
  const bool plain = std::all_of(entry.key.begin(), entry.key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (entry.key.empty() || entry.key.size() > kNameBytesMax || !plain) {
    report.problem(entry.key_origin,
                   path,
                   "a provider's name is 1 to 64 letters, digits, \"-\", \"_\" and \".\"");
    return;
  }
  const auto [other, added] = earlier.try_emplace(lower(entry.key), entry.key);
  if (added) return;
  report.problem(entry.key_origin,
                 path,
                 "differs from the provider \"" + other->second +
                     "\" in case only, and clients may write either");
}

// An api_key that is there and holds nothing says: not on this machine.
bool has_empty_key(const ConfigValue& config) {
  const ConfigValue* key = config.find("api_key");
  if (key == nullptr) return false;
  return key->kind == Kind::kNull || (key->kind == Kind::kScalar && key->text.empty());
}

void check_proxy(Fields& fields, Provider& provider) {
  const ConfigValue* written = fields.text("proxy", provider.proxy);
  if (written == nullptr || provider.proxy.empty()) return;
  static constexpr std::array<std::string_view, 5> kSchemes = {
      "http://", "https://", "socks4a://", "socks5://", "socks5h://"};
  const bool good = std::any_of(kSchemes.begin(), kSchemes.end(), [&](std::string_view scheme) {
    return provider.proxy.starts_with(scheme) && provider.proxy.size() > scheme.size();
  });
  if (good) return;
  // Not quoted, wherever it comes from: proxies are written with their passwords.
  ConfigValue hidden = *written;
  hidden.secret = true;
  fields.problem(
      hidden,
      "proxy",
      "expected the URL of a proxy that begins with http://, https://, socks5:// or socks5h://");
}

void read_addresses(Fields& fields, Provider& provider) {
  for (const auto& [text, written] : fields.texts("addresses")) {
    if (const Result<IpNetwork> network = IpNetwork::parse(text)) {
      provider.addresses.push_back(*network);
    } else {
      fields.problem(*written, "addresses", network.error().message);
    }
  }
}

void read_ca_file(Fields& fields, const std::filesystem::path& folder, Provider& provider) {
  std::string text;
  const ConfigValue* written = fields.text("ca_file", text);
  if (written == nullptr || text.empty()) return;
  provider.ca_file = (folder / text).lexically_normal();
  if (::access(provider.ca_file.c_str(), R_OK) != 0) {
    fields.problem(
        *written, "ca_file", "expected a file that can be read, with certificates in PEM");
  }
}

// Beside the configuration file, where nothing else is said.
void read_record(Fields& fields, const std::filesystem::path& folder, Provider& provider) {
  const ConfigValue* written = fields.take("record");
  if (written == nullptr || written->kind == Kind::kNull) return;
  const std::string text = lower(written->text);
  const std::filesystem::path path =
      (folder / (text == "true" ? "recordings" : written->text)).lexically_normal();
  std::error_code none;
  if (written->kind != Kind::kScalar ||
      (std::filesystem::exists(path, none) && !std::filesystem::is_directory(path, none))) {
    fields.problem(*written, "record", "expected true, false or the path of a folder");
  } else if (!text.empty() && text != "false") {
    provider.record = path;
  }
}

Provider read_provider(const ConfigValue::Member& entry,
                       const std::filesystem::path& folder,
                       Report& report) {
  Provider provider;
  provider.name = entry.key;
  provider.origin = entry.key_origin;
  Fields fields(&entry.value, path_to("providers", entry.key), report);
  if (const ConfigValue* written = fields.text("plugin", provider.plugin)) {
    provider.plugin_origin = written->origin;
    if (provider.plugin.empty())
      fields.problem(*written, "plugin", "expected the name of a plugin");
  }
  fields.require(
      "plugin", "is missing: name the plugin that speaks to this provider (see: patchbay plugins)");
  bool enabled = true;
  fields.boolean("enabled", enabled);
  if (const ConfigValue* config = fields.take("config")) {
    provider.config = *config;
    if (config->kind != Kind::kMap && config->kind != Kind::kNull) {
      fields.problem(*config, "config", "expected a mapping (name: value)");
    }
  }
  if (const ConfigValue* written = fields.text("otherwise", provider.otherwise)) {
    provider.otherwise_origin = written->origin;
  }
  read_library_hash(fields, provider);
  fields.text("default_model", provider.default_model);
  fields.boolean("passthrough", provider.passthrough);
  fields.duration_ms("connect_timeout", provider.connect_timeout_ms);
  fields.duration_ms("first_byte_timeout", provider.first_byte_timeout_ms);
  fields.duration_ms("idle_timeout", provider.idle_timeout_ms);
  fields.duration_ms("total_timeout", provider.total_timeout_ms);
  check_proxy(fields, provider);
  read_ca_file(fields, folder, provider);
  read_addresses(fields, provider);
  read_record(fields, folder, provider);
  fields.finish("; what the plugin reads stands below config");

  if (!enabled) {
    provider.disabled_because = "enabled is false";
  } else if (has_empty_key(provider.config)) {
    provider.disabled_because = "its api_key is empty";
  }
  provider.enabled = provider.disabled_because.empty();
  return provider;
}

std::vector<std::string> read_providers(const ConfigValue* value,
                                        const std::filesystem::path& folder,
                                        Settings& settings,
                                        Report& report) {
  std::vector<std::string> names;
  std::map<std::string, std::string> lower_names;
  if (value == nullptr || value->kind != Kind::kMap) {
    Fields checks_the_kind(value, "providers", report);
    return names;
  }
  for (const ConfigValue::Member& entry : value->members) {
    check_provider_name(entry, lower_names, report);
    settings.providers.push_back(read_provider(entry, folder, report));
    names.push_back(entry.key);
  }
  return names;
}

// One step and no further: whoever answers in another's place has no stand-in itself.
void check_stand_ins(const Settings& settings, Report& report) {
  for (const Provider& provider : settings.providers) {
    if (provider.otherwise.empty()) continue;
    const auto other = std::find_if(
        settings.providers.begin(), settings.providers.end(), [&](const Provider& candidate) {
          return candidate.name == provider.otherwise && &candidate != &provider;
        });
    if (other != settings.providers.end() && other->otherwise.empty()) continue;
    report.problem(provider.otherwise_origin,
                   path_to("providers", provider.name) + ".otherwise",
                   "expected the name of another provider that has no `otherwise` itself, got \"" +
                       provider.otherwise + "\"");
  }
}

}  // namespace

Settings read_settings(const ConfigValue& root,
                       const std::filesystem::path& folder,
                       Report& report) {
  Settings settings;
  Fields fields(&root, "", report);
  read_server(fields.take("server"), settings.server, report);
  read_access(fields.take("access"), settings.access, report);
  read_rate_limit(fields.take("rate_limit"), settings.rate_limit, report);
  read_limits(fields.take("limits"), settings.limits, report);
  read_log(fields.take("log"), settings.log, report);
  read_plugins(fields.take("plugins"), folder, settings.plugins, report);
  read_admin(fields.take("admin"), settings.admin, report);
  read_storage(fields.take("storage"), settings.storage, report);
  read_redis(fields.take("redis"), settings.redis, report);
  read_chat(fields.take("chat"), settings.chat, report);
  read_files(fields.take("files"), folder, settings.files, report);
  const ConfigValue* defaults = fields.take("defaults");
  const ConfigValue* providers = fields.take("providers");
  const std::vector<std::string> known = read_providers(providers, folder, settings, report);
  check_stand_ins(settings, report);
  read_defaults(defaults, known, settings, report);
  read_models(fields.take("models"), known, settings, report);
  check_default_models(defaults, settings, report);
  fields.finish();

  if (root.kind == Kind::kMap && settings.providers.empty()) {
    report.problem(providers == nullptr ? root.origin : providers->origin,
                   "providers",
                   "is missing or empty: at least one provider must be named");
  }
  if (report.clean()) warn_of_dead_ends(settings, report);
  return settings;
}

}  // namespace patchbay::settings
