#include "core/plugin_host/catalog.hpp"

#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "core/base/suggestion.hpp"
#include "core/plugin_host/config_schema.hpp"
#include "core/plugin_host/control_thread.hpp"
#include "core/plugin_host/module.hpp"
#include "core/plugin_host/private_copy.hpp"
#include "core/plugin_host/provider_instance.hpp"
#include "core/plugin_host/schema_check.hpp"
#include "core/plugin_host/setting_text.hpp"
#include "core/plugin_host/shelf.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

// How long the end of a catalog waits for calls that threads of plugins still hold.
constexpr std::chrono::seconds kPatience{5};

// What tells one state of a library file from the next: a new one is a new generation.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;

  static FileIdentity of(const fs::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return {};
    constexpr std::int64_t kSecond = 1'000'000'000;
    return {found.st_dev,
            found.st_ino,
            found.st_size,
            found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec};
  }
};

// The newest generation of one plugin.
struct Loaded {
  std::weak_ptr<Module> module;
  FileIdentity library;
  std::string version;
  std::uint32_t generations = 0;
};

const ManifestType& type_in(const Manifest& manifest, const std::string& name) {
  for (const ManifestType& type : manifest.types) {
    if (type.type == name) return type;
  }
  return manifest.types.front();
}

std::string path_of(const ProviderEntry& entry) {
  return path_to("providers", entry.name);
}

}  // namespace

class Catalog::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)), control_(std::make_shared<ControlThread>()) {}

  ~Impl() {
    control_->stop(kPatience);
    std::error_code ignored;
    if (own_folder_) fs::remove_all(*own_folder_, ignored);
  }

  std::vector<std::shared_ptr<Instance>> load(const std::vector<ProviderEntry>& entries,
                                              std::vector<Problem>& problems);
  [[nodiscard]] std::vector<PluginInfo> list() const;
  void set_search_path(std::vector<fs::path> folders) { options_.search_path = std::move(folders); }
  [[nodiscard]] std::vector<LiveInstance> live() const;
  void settle() { control_->settle(); }

 private:
  // One load(): the modules it uses, and which of them could not be had.
  struct Round {
    const Shelf& shelf;
    std::vector<Problem>& problems;
    std::map<fs::path, std::shared_ptr<Module>> modules;  // nullptr: reported already
  };

  std::shared_ptr<Instance> make(const ProviderEntry& entry, Round& round);
  std::shared_ptr<Module> module_for(const ShelfEntry& plugin,
                                     const ProviderEntry& entry,
                                     Round& round);
  Result<std::shared_ptr<Module>> load_module(const Manifest& manifest);
  std::optional<std::string> check_config(const ProviderEntry& entry,
                                          std::string_view schema_text,
                                          const std::string& schema_file,
                                          std::vector<Problem>& problems) const;
  fs::path state_folder();  // empty: keep the copies in memory
  void report_missing(const ProviderEntry& entry, Round& round) const;
  void warn(const Problem& problem) const;

  Options options_;
  const std::shared_ptr<ControlThread> control_;
  std::map<std::string, Loaded> loaded_;  // by the plugin's id
  std::optional<fs::path> own_folder_;    // made because no state folder was given

  mutable std::mutex live_mutex_;
  std::vector<std::weak_ptr<Instance>> live_;  // guarded by live_mutex_
};

std::vector<std::shared_ptr<Instance>> Catalog::Impl::load(
    const std::vector<ProviderEntry>& entries, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  const Shelf shelf = read_shelf(options_.search_path);
  for (const Problem& conflict : shelf.conflicts)
    problems.push_back(conflict);
  Round round{shelf, problems, {}};
  std::vector<std::shared_ptr<Instance>> instances;
  instances.reserve(entries.size());
  for (const ProviderEntry& entry : entries)
    instances.push_back(make(entry, round));
  for (const ShelfEntry& plugin : shelf.entries) {
    // One that nobody asked for does not stop the start.
    if (round.modules.contains(plugin.manifest.file)) continue;
    for (const Problem& problem : plugin.problems)
      warn(problem);
  }
  if (problems.size() != before) instances.clear();
  const std::lock_guard lock(live_mutex_);
  std::erase_if(live_, [](const std::weak_ptr<Instance>& one) { return one.expired(); });
  live_.insert(live_.end(), instances.begin(), instances.end());
  return instances;
}

std::vector<LiveInstance> Catalog::Impl::live() const {
  std::vector<std::shared_ptr<Instance>> held;
  {
    const std::lock_guard lock(live_mutex_);
    for (const std::weak_ptr<Instance>& one : live_) {
      if (auto instance = one.lock()) held.push_back(std::move(instance));
    }
  }
  std::vector<LiveInstance> all;
  for (const auto& instance : held) {
    all.push_back(
        {instance->name(), instance->plugin_id(), instance->generation(), instance->live_calls()});
  }
  return all;
}

std::shared_ptr<Instance> Catalog::Impl::make(const ProviderEntry& entry, Round& round) {
  const ShelfEntry* plugin = round.shelf.find(entry.type);
  if (plugin == nullptr) {
    report_missing(entry, round);
    return nullptr;
  }
  // Checked even if the library cannot be loaded, so that nothing has to be found out later.
  const ManifestType& named = type_in(plugin->manifest, entry.type);
  std::optional<std::string> json;
  if (!named.schema_text.empty()) {
    json = check_config(entry, named.schema_text, named.schema_file.string(), round.problems);
  }
  const std::shared_ptr<Module> module = module_for(*plugin, entry, round);
  if (module == nullptr) return nullptr;
  const pbay_provider_type& type = *module->type(entry.type);
  if (named.schema_text.empty()) {
    const std::string_view text = text_of(type.config_schema);
    json = check_config(
        entry, text.empty() ? "true" : text, plugin->manifest.library.string(), round.problems);
  }
  if (!json) return nullptr;
  CallError failure;
  std::shared_ptr<Instance> instance =
      ProviderInstance::create(module, type, entry.name, *json, control_, failure);
  if (instance == nullptr) {
    std::string path = path_to(path_of(entry), "config");
    const ConfigValue& setting = find_setting(entry.config, failure.param, path);
    const bool placed = setting.origin.line > 0;
    round.problems.push_back(Problem{
        placed ? setting.origin : entry.origin, placed ? path : path_of(entry), failure.message});
  }
  return instance;
}

std::shared_ptr<Module> Catalog::Impl::module_for(const ShelfEntry& plugin,
                                                  const ProviderEntry& entry,
                                                  Round& round) {
  const auto [found, first] = round.modules.try_emplace(plugin.manifest.file);
  if (!first) return found->second;
  if (!plugin.problems.empty()) {
    for (const Problem& problem : plugin.problems)
      round.problems.push_back(problem);
    return nullptr;
  }
  Result<std::shared_ptr<Module>> module = load_module(plugin.manifest);
  if (!module) {
    round.problems.push_back(
        Problem{entry.type_origin, path_to(path_of(entry), "plugin"), module.error().message});
    return nullptr;
  }
  return found->second = *std::move(module);
}

Result<std::shared_ptr<Module>> Catalog::Impl::load_module(const Manifest& manifest) {
  Loaded& loaded = loaded_[manifest.id];
  const FileIdentity library = FileIdentity::of(manifest.library);
  if (auto module = loaded.module.lock();
      module != nullptr && loaded.library == library && loaded.version == manifest.version) {
    return module;
  }
  Result<std::shared_ptr<Module>> module =
      Module::load(manifest,
                   {state_folder(), options_.host_version, options_.log, options_.log_level},
                   ++loaded.generations);
  if (module) {
    loaded.module = *module;
    loaded.library = library;
    loaded.version = manifest.version;
  }
  return module;
}

std::optional<std::string> Catalog::Impl::check_config(const ProviderEntry& entry,
                                                       std::string_view schema_text,
                                                       const std::string& schema_file,
                                                       std::vector<Problem>& problems) const {
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
  std::string json = apply_schema(*schema, config, path_to(path_of(entry), "config"), problems);
  if (problems.size() != before) return std::nullopt;
  return json;
}

fs::path Catalog::Impl::state_folder() {
  if (!options_.state_folder.empty()) return options_.state_folder;
  if (own_folder_) return *own_folder_;
  std::error_code error;
  const fs::path temporary = fs::temp_directory_path(error);
  if (error || !why_unusable_for_code(temporary).empty()) return {};
  std::string pattern = (temporary / "patchbay-plugin-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return {};
  own_folder_ = pattern;
  return *own_folder_;
}

void Catalog::Impl::report_missing(const ProviderEntry& entry, Round& round) const {
  std::string message = "no plugin of type \"" + entry.type + "\"";
  const std::string hint = did_you_mean(entry.type, round.shelf.types());
  message += hint.empty() ? ". " : hint + " ";
  round.problems.push_back(Problem{
      entry.type_origin, path_to(path_of(entry), "plugin"), message + round.shelf.searched()});
  // The type may be that of a plugin whose manifest could not be read.
  for (const ShelfEntry& plugin : round.shelf.entries) {
    if (plugin.problems.empty() || !plugin.manifest.types.empty()) continue;
    if (!round.modules.try_emplace(plugin.manifest.file).second) continue;
    for (const Problem& problem : plugin.problems)
      round.problems.push_back(problem);
  }
}

void Catalog::Impl::warn(const Problem& problem) const {
  if (options_.log) options_.log(PBAY_LOG_WARN, "", problem.text());
}

std::vector<PluginInfo> Catalog::Impl::list() const {
  Shelf shelf = read_shelf(options_.search_path);
  std::vector<PluginInfo> plugins;
  for (ShelfEntry& entry : shelf.entries) {
    PluginInfo& info = plugins.emplace_back();
    std::uint64_t modes = 0;
    for (const ManifestType& type : entry.manifest.types) {
      info.types.push_back(type.type);
      modes |= type.modes;
    }
    info.modes = mode_names(modes);
    info.id = std::move(entry.manifest.id);
    info.version = std::move(entry.manifest.version);
    info.license = std::move(entry.manifest.license);
    info.manifest = std::move(entry.manifest.file);
    info.problems = std::move(entry.problems);
  }
  for (const Problem& conflict : shelf.conflicts) {
    for (PluginInfo& info : plugins) {
      if (info.manifest == conflict.origin.file) info.problems.push_back(conflict);
    }
  }
  return plugins;
}

Catalog::Catalog(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Catalog::~Catalog() = default;

std::vector<std::shared_ptr<Instance>> Catalog::load(const std::vector<ProviderEntry>& entries,
                                                     std::vector<Problem>& problems) {
  return impl_->load(entries, problems);
}

std::vector<PluginInfo> Catalog::list() const {
  return impl_->list();
}

void Catalog::set_search_path(std::vector<fs::path> folders) {
  impl_->set_search_path(std::move(folders));
}

std::vector<LiveInstance> Catalog::live() const {
  return impl_->live();
}

void Catalog::settle() {
  impl_->settle();
}

}  // namespace patchbay::plugin_host
