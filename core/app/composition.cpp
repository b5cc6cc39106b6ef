#include "core/app/composition.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <system_error>

#include "core/app/admission.hpp"
#include "core/app/offered_tools.hpp"
#include "core/app/start_files.hpp"
#include "core/base/clock.hpp"
#include "core/base/program_path.hpp"
#include "core/relay/credentials.hpp"
#include "core/relay/recorder.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

namespace fs = std::filesystem;

log::Level level_of(int plugin_level) {
  switch (plugin_level) {
    case PBAY_LOG_TRACE:
      return log::Level::kTrace;
    case PBAY_LOG_DEBUG:
      return log::Level::kDebug;
    case PBAY_LOG_INFO:
      return log::Level::kInfo;
    case PBAY_LOG_WARN:
      return log::Level::kWarn;
    default:
      return log::Level::kError;  // misbehaviour included
  }
}

const settings::Provider* find_provider(const settings::Settings& settings,
                                        const std::string& name) {
  for (const settings::Provider& provider : settings.providers) {
    if (provider.name == name) return &provider;
  }
  return nullptr;
}

// Who answers under the name of `provider`: itself, or its stand-in; null when nobody does.
const settings::Provider* answering(const settings::Settings& settings,
                                    const settings::Provider& provider) {
  if (provider.enabled) return &provider;
  const settings::Provider* other = find_provider(settings, provider.otherwise);
  return other != nullptr && other->enabled ? other : nullptr;
}

// The first enabled one of `names`, else the first one's stand-in, so that a stand-in is never in
// the way of who could answer in earnest. With none, `why` says what is in the way.
std::string first_enabled(const settings::Settings& settings,
                          const std::vector<std::string>& names,
                          std::string& why) {
  why.clear();
  for (const std::string& name : names) {
    const settings::Provider* provider = find_provider(settings, name);
    if (provider == nullptr) continue;
    if (provider->enabled) return name;
    if (!why.empty()) why += "; ";
    why += "provider `";
    why += name;
    why += "` is disabled: ";
    why += provider->disabled_because;
  }
  for (const std::string& name : names) {
    const settings::Provider* provider = find_provider(settings, name);
    if (provider == nullptr) continue;
    if (const auto* who = answering(settings, *provider)) return who->name;
  }
  if (why.empty()) why = "no provider is named for it";
  return {};
}

routing::RouteTable draw_routes(const settings::Settings& settings) {
  std::vector<routing::Rule> rules;
  for (const settings::Model& model : settings.models) {
    routing::Rule rule;
    rule.model = model.name;
    rule.upstream_model = model.upstream_model;
    const auto& names = model.provider.empty() ? settings.defaults.provider : model.provider;
    rule.provider = first_enabled(settings, names, rule.unavailable);
    rules.push_back(std::move(rule));
  }
  std::vector<routing::NamedProvider> providers;
  for (const settings::Provider& provider : settings.providers) {
    const settings::Provider* who = answering(settings, provider);
    providers.push_back(
        {.name = provider.name,
         .provider = who == nullptr ? "" : who->name,
         .default_model = who == nullptr ? "" : who->default_model,
         .unavailable = who == nullptr ? "is disabled: " + provider.disabled_because : ""});
  }
  const settings::Defaults& defaults = settings.defaults;
  return {std::move(rules),
          {.chat = defaults.model,
           .image = defaults.image_model,
           .transcription = defaults.transcription_model,
           .speech = defaults.speech_model,
           .embedding = defaults.embedding_model},
          std::move(providers)};
}

api::DocumentRules document_rules(const settings::Settings& settings) {
  const settings::Files& files = settings.files;
  api::DocumentRules rules{.file_bytes = files.max_bytes,
                           .owner_bytes = files.owner_bytes,
                           .chunks = files.owner_chunks,
                           .chunk_tokens = files.chunk_tokens,
                           .overlap_tokens = files.overlap_tokens,
                           .results = files.results,
                           .program_bounds = {
                               .time = std::chrono::milliseconds(files.extract_timeout_ms),
                               .memory_bytes = files.extract_memory,
                           }};
  for (const settings::Extractor& extractor : files.extractors)
    rules.extractors.add(extractor.media_type, extractor.command, program_folders());
  if (const std::string& model = settings.defaults.embedding_model; !model.empty()) {
    rules.embedding_model = model;
  }
  return rules;
}

api::ChatRules chat_rules(const settings::Chat& chat) {
  return {.system_prompt = chat.system_prompt,
          .history_turns = chat.history_turns,
          .temperature = chat.temperature,
          .max_user_message_tokens = chat.max_user_message_tokens,
          .max_history_tokens = chat.max_history_tokens,
          .max_response_tokens = chat.max_response_tokens,
          .resume_grace = std::chrono::milliseconds(chat.resume_grace_ms),
          .ui_stream = chat.ui_stream,
          .tool_timeout = std::chrono::milliseconds(chat.tool_timeout_ms)};
}

// Whatever the configuration writes down as a URL names that URL's host.
void add_hosts(const ConfigValue& value, upstream::AddressGuard::Named& named) {
  named.add_host_of(value.text);
  for (const ConfigValue& item : value.items)
    add_hosts(item, named);
  for (const ConfigValue::Member& member : value.members)
    add_hosts(member.value, named);
}

relay::Provider make_provider(const settings::Provider& entry,
                              std::shared_ptr<plugin_host::Instance> instance) {
  using std::chrono::milliseconds;
  relay::Provider provider;
  provider.instance = std::move(instance);
  provider.connection.connect_timeout = milliseconds(entry.connect_timeout_ms);
  provider.connection.proxy = entry.proxy;
  provider.connection.ca_file = entry.ca_file.string();
  upstream::AddressGuard::Named named{.hosts = {}, .networks = entry.addresses};
  add_hosts(entry.config, named);
  named.add_host_of(entry.proxy);
  provider.connection.guard = upstream::AddressGuard(std::move(named));
  provider.timeouts.first_byte = milliseconds(entry.first_byte_timeout_ms);
  provider.timeouts.idle = milliseconds(entry.idle_timeout_ms);
  provider.timeouts.total = milliseconds(entry.total_timeout_ms);
  provider.passthrough = entry.passthrough;
  if (!entry.record.empty()) {
    provider.recorder = std::make_shared<const relay::Recorder>(
        entry.plugin,
        relay::RecordingTarget{
            entry.record, entry.name, relay::RecordingSecrets(relay::secrets_in(entry.config))},
        relay::RecordingWriter::of_process());
  }
  return provider;
}

// What an instance's exchanges for a credential depend on beside its own configuration: with other
// values it is another instance.
std::string surroundings_of(const settings::Provider& entry) {
  std::string text =
      entry.proxy + '\n' + entry.ca_file.string() + '\n' + std::to_string(entry.connect_timeout_ms);
  for (const IpNetwork& network : entry.addresses)
    text += '\n' + network.text();
  return text;
}

// An instance that goes on keeps its credential, which is fetched by one at a time.
std::shared_ptr<relay::Credentials> credentials_of(const relay::Provider& provider,
                                                   const std::string& name,
                                                   const api::Snapshot* previous) {
  if (previous != nullptr) {
    const auto before = previous->providers.find(name);
    if (before != previous->providers.end() && before->second.instance == provider.instance) {
      return before->second.credentials;
    }
  }
  return relay::Credentials::of(provider.instance, provider.connection);
}

// Whether one of the signals is waiting that end the process; they are blocked while it serves.
bool stop_is_wanted() {
  sigset_t pending;
  if (::sigpending(&pending) != 0) return false;
  return ::sigismember(&pending, SIGTERM) == 1 || ::sigismember(&pending, SIGINT) == 1;
}

}  // namespace

fs::path installation_prefix() {
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::current_path() : binary.parent_path().parent_path();
}

settings::Loaded load_settings(const CommandLine& command_line) {
  const settings::Environment environment = settings::process_environment();
  const auto file = choose_config(command_line, environment);
  settings::Loaded loaded = file ? settings::load_file(*file, environment)
                                 : settings::load_built_in(environment, installation_prefix());
  if (command_line.listen) {
    loaded.settings.server.listen = *command_line.listen;
    loaded.settings.server.listen_origin = {};
  }
  if (command_line.log_level) {
    using Level = settings::Log::Level;
    constexpr std::pair<const char*, Level> kLevels[] = {{"trace", Level::kTrace},
                                                         {"debug", Level::kDebug},
                                                         {"info", Level::kInfo},
                                                         {"warn", Level::kWarn},
                                                         {"error", Level::kError},
                                                         {"off", Level::kOff}};
    for (const auto& [name, level] : kLevels) {
      if (*command_line.log_level == name) loaded.settings.log.level = level;
    }
  }
  return loaded;
}

std::vector<fs::path> search_path(const settings::Settings& settings,
                                  const CommandLine& command_line) {
  return plugin_folders(
      command_line, settings, settings::process_environment(), installation_prefix());
}

plugin_host::Catalog::Options catalog_options(const settings::Settings& settings,
                                              const CommandLine& command_line) {
  plugin_host::Catalog::Options options;
  options.search_path = search_path(settings, command_line);
  options.host_version = kVersion;
  options.log_level = std::min(static_cast<int>(settings.log.level), int{PBAY_LOG_ERROR});
  // This very program, even where another was installed over it meanwhile.
  options.probe_command = {"/proc/self/exe", kProbeCommand};
  options.interrupted = [] { return stop_is_wanted(); };
  options.log = [](int level, std::string_view plugin, std::string_view message) {
    log::Line(level_of(level), "plugin").text("plugin", plugin).text("message", message);
  };
  return options;
}

std::optional<MadeProviders> make_providers(const Composing& from, std::vector<Problem>& problems) {
  const settings::Settings& settings = from.settings;
  std::vector<plugin_host::ProviderEntry> entries;
  std::vector<const settings::Provider*> enabled;
  for (const settings::Provider& provider : settings.providers) {
    if (!provider.enabled) continue;
    enabled.push_back(&provider);
    entries.push_back({.name = provider.name,
                       .type = provider.plugin,
                       .type_origin = provider.plugin_origin,
                       .origin = provider.origin,
                       .config = provider.config,
                       .sha256 = provider.sha256,
                       .sha256_origin = provider.sha256_origin,
                       .surroundings = surroundings_of(provider)});
  }
  const std::size_t before = problems.size();
  api::ToolSet tools;
  auto instances = from.catalog.load(
      entries, problems, from.change, [&](const auto& made, std::vector<Problem>& found) {
        tools = offered_tools(settings, made, found);
      });
  if (problems.size() > before) return std::nullopt;

  relay::ProviderTable providers;
  for (std::size_t i = 0; i < enabled.size(); ++i) {
    relay::Provider provider = make_provider(*enabled[i], std::move(instances[i]));
    provider.credentials = credentials_of(provider, enabled[i]->name, from.previous.get());
    providers.emplace(enabled[i]->name, std::move(provider));
  }
  return MadeProviders{std::move(providers), std::move(tools)};
}

api::SnapshotPtr compose(const Composing& from, MadeProviders made) {
  const settings::Settings& settings = from.settings;
  api::Snapshot snapshot{draw_routes(settings),
                         std::move(made.providers),
                         {from.loopback, settings.server.hosts, settings.server.cors_origins},
                         unix_ms() / 1000};
  const bool trusted =
      from.loopback && settings.access.anonymous != settings::Access::Anonymous::kNever;
  snapshot.admin = {trusted, settings.admin.keys};
  snapshot.upstream_models =
      std::make_shared<api::ModelCache>(std::chrono::milliseconds(settings.server.models_cache_ms));
  snapshot.authenticator = make_authenticator(settings.access, from.loopback);
  snapshot.chat = chat_rules(settings.chat);
  snapshot.documents = document_rules(settings);
  snapshot.tools = std::move(made.tools);
  snapshot.limits = make_rate_limits(settings, from.previous.get());
  snapshot.plugins = from.plugins;
  snapshot.services = from.services;
  snapshot.file_urls =
      access::FileUrls({.key = settings.access.url_key,
                        .lifetime = std::chrono::seconds(settings.access.url_lifetime_ms / 1000)},
                       from.services.url_key);
  return std::make_shared<const api::Snapshot>(std::move(snapshot));
}

api::SnapshotPtr compose(const Composing& from, std::vector<Problem>& problems) {
  auto providers = make_providers(from, problems);
  return providers ? compose(from, *std::move(providers)) : nullptr;
}

std::vector<std::shared_ptr<plugin_host::Instance>> instances_of(const api::Snapshot& snapshot) {
  std::vector<std::shared_ptr<plugin_host::Instance>> instances;
  for (const auto& [name, provider] : snapshot.providers)
    instances.push_back(provider.instance);
  return instances;
}

server::Limits server_limits(const settings::Limits& limits) {
  using std::chrono::milliseconds;
  server::Limits out;
  out.head_bytes_max = static_cast<std::size_t>(limits.header_bytes);
  out.headers_max = static_cast<std::size_t>(limits.headers);
  out.body_bytes_max = static_cast<std::size_t>(limits.body_bytes);
  out.connections_max = static_cast<std::size_t>(limits.connections);
  out.output_high_bytes = static_cast<std::size_t>(limits.output_bytes);
  out.head_timeout = milliseconds(limits.header_timeout_ms);
  out.body_timeout = milliseconds(limits.body_timeout_ms);
  out.idle_timeout = milliseconds(limits.idle_timeout_ms);
  out.stall_timeout = milliseconds(limits.write_stall_timeout_ms);
  return out;
}

void print_problems(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems)
    std::cerr << problem.text() << '\n';
  std::cerr << "patchbay: " << problems.size() << (problems.size() == 1 ? " problem" : " problems")
            << " in the configuration; nothing was started\n";
}

}  // namespace patchbay::app
