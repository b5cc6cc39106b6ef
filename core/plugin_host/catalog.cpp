#include "core/plugin_host/catalog.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/plugin_host/instance_maker.hpp"
#include "core/plugin_host/shelf.hpp"
#include "core/plugin_host/version_table.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

// How long the end of a catalog waits for calls that threads of plugins still hold.
constexpr std::chrono::seconds kPatience{5};

VersionTable::Options version_options(const Catalog::Options& options,
                                      std::shared_ptr<GenerationLedger> ledger) {
  VersionTable::Options out;
  out.state_folder = options.state_folder;
  out.retained_max = options.retained_max;
  out.probe = {.command = options.probe_command,
               .host_version = options.host_version,
               .patience = options.patience.control,
               .interrupted = options.interrupted};
  out.environment = {.host_version = options.host_version,
                     .log = options.log,
                     .log_level = options.log_level,
                     .ledger = std::move(ledger),
                     .retained_warn = options.retained_warn};
  return out;
}

// Tries of one plugin report what others have reported before.
void drop_repeated(std::vector<Problem>& problems, std::size_t from) {
  std::set<std::string> seen;
  const auto begin = problems.begin() + static_cast<std::ptrdiff_t>(from);
  problems.erase(
      std::remove_if(begin,
                     problems.end(),
                     [&](const Problem& problem) { return !seen.insert(problem.text()).second; }),
      problems.end());
}

}  // namespace

class Catalog::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)),
        control_(std::make_shared<ControlThread>(options_.patience)),
        versions_(version_options(options_, ledger_), control_) {}

  ~Impl() {
    roster_.clear();
    control_->stop(kPatience);
  }

  std::vector<std::shared_ptr<Instance>> load(const std::vector<ProviderEntry>& entries,
                                              std::vector<Problem>& problems,
                                              const Change& change,
                                              const Check& check);
  void publish(const std::vector<std::shared_ptr<Instance>>& instances,
               std::chrono::milliseconds drain_timeout);
  void set_search_path(std::vector<fs::path> folders) { options_.search_path = std::move(folders); }
  [[nodiscard]] const std::vector<fs::path>& search_path() const { return options_.search_path; }
  [[nodiscard]] std::vector<LiveInstance> live() const { return roster_.live(); }
  [[nodiscard]] std::vector<PluginState> plugins() const;
  [[nodiscard]] const GenerationLedger& ledger() const { return *ledger_; }
  [[nodiscard]] std::vector<std::string> changed_in(const std::set<fs::path>& folders) const;
  void settle() { control_->settle(); }

 private:
  // One plugin as a load() sees it.
  struct Chosen {
    std::shared_ptr<Module> module;                    // null: reported already
    std::optional<VersionTable::Candidate> candidate;  // set when it is a new generation
  };
  // The version of a plugin that an entry means.
  struct Wanted {
    enum class From { kUse, kDisk, kPrevious };
    From from = From::kDisk;
    Manifest manifest;
    std::vector<Problem> problems = {};  // of the manifest
  };
  // One load().
  struct Round {
    const std::vector<ProviderEntry>& entries;
    const Change& change;
    const Shelf& shelf;
    std::vector<Problem>& problems;
    std::map<fs::path, Chosen> plugins = {};          // by manifest
    std::map<std::string, std::string> refused = {};  // what was wrong, by the plugin's id
  };

  std::shared_ptr<RetirableInstance> make(const ProviderEntry& entry, Round& round);
  static void blame_new(Round& round, std::size_t from);
  std::optional<Wanted> wanted_by(const ProviderEntry& entry, Round& round) const;
  Chosen& choose(const Wanted& wanted, const ProviderEntry& entry, Round& round);
  void report_missing(const ProviderEntry& entry, Round& round) const;
  void take(const Round& round);
  void warn_of_unused(const Round& round) const;

  Options options_;
  const std::shared_ptr<GenerationLedger> ledger_ = std::make_shared<GenerationLedger>();
  const std::shared_ptr<ControlThread> control_;
  VersionTable versions_;
  PluginBook book_;
  Roster roster_;
};

std::vector<std::shared_ptr<Instance>> Catalog::Impl::load(
    const std::vector<ProviderEntry>& entries,
    std::vector<Problem>& problems,
    const Change& change,
    const Check& check) {
  const std::size_t before = problems.size();
  const Shelf shelf = read_shelf(options_.search_path);
  if (change.kind == Change::Kind::kEverything) {
    problems.insert(problems.end(), shelf.conflicts.begin(), shelf.conflicts.end());
  }
  Round round{entries, change, shelf, problems};
  std::vector<std::shared_ptr<Instance>> instances;
  instances.reserve(entries.size());
  for (const ProviderEntry& entry : entries)
    instances.push_back(make(entry, round));
  if (change.kind == Change::Kind::kEverything) warn_of_unused(round);
  drop_repeated(problems, before);
  if (check && problems.size() == before) {
    check({instances.begin(), instances.end()}, problems);
    if (problems.size() != before) blame_new(round, before);
  }
  if (problems.size() != before) {
    for (auto& [plugin, why] : round.refused)
      book_.refused(plugin, std::move(why));
    return {};
  }
  take(round);
  return instances;
}

// What does not fit any more is the fault of the versions that are new.
void Catalog::Impl::blame_new(Round& round, std::size_t from) {
  for (const auto& [file, chosen] : round.plugins) {
    if (!chosen.candidate) continue;
    std::string& all = round.refused[chosen.module->id()];
    for (std::size_t i = from; i < round.problems.size(); ++i)
      all += (all.empty() ? "" : "\n") + round.problems[i].text();
  }
}

std::shared_ptr<RetirableInstance> Catalog::Impl::make(const ProviderEntry& entry, Round& round) {
  const std::optional<Wanted> wanted = wanted_by(entry, round);
  if (!wanted) {
    report_missing(entry, round);
    return nullptr;
  }
  const std::size_t before = round.problems.size();
  // Checked even if the library cannot be loaded, so that nothing has to be found out later.
  std::optional<std::string> json =
      config_json_of(entry, wanted->manifest, nullptr, round.problems);
  const bool wrong = round.problems.size() > before;
  const std::shared_ptr<Module> module = choose(*wanted, entry, round).module;
  std::shared_ptr<RetirableInstance> made;
  if (module != nullptr) {
    check_pin(entry, *module->staged(), round.problems);
    if (!json && !wrong) {
      json = config_json_of(entry, wanted->manifest, module.get(), round.problems);
    }
    const std::string made_of = json.value_or("") + '\n' + entry.surroundings;
    if (json) made = roster_.in_use(entry.name, entry.type, *module, made_of);
    if (json && made == nullptr) {
      auto object = make_instance(entry, module, *json, control_, round.problems);
      if (object != nullptr) made = roster_.add(std::move(object), made_of);
    }
  }
  for (std::size_t i = before; i < round.problems.size(); ++i) {
    std::string& all = round.refused[wanted->manifest.id];
    all += (all.empty() ? "" : "\n") + round.problems[i].text();
  }
  return made;
}

std::optional<Catalog::Impl::Wanted> Catalog::Impl::wanted_by(const ProviderEntry& entry,
                                                              Round& round) const {
  const Change& change = round.change;
  const std::shared_ptr<Module> in_use =
      change.kind == Change::Kind::kEverything ? nullptr : versions_.in_use_for(entry.type);
  if (in_use != nullptr && in_use->id() != change.plugin) {
    return Wanted{Wanted::From::kUse, in_use->manifest()};
  }
  if (in_use != nullptr && change.kind == Change::Kind::kRollback) {
    const StagedPtr before = versions_.previous(change.plugin);
    Wanted wanted{Wanted::From::kPrevious,
                  before == nullptr ? in_use->manifest() : before->manifest};
    const auto& types = wanted.manifest.types;
    const bool offered = std::any_of(
        types.begin(), types.end(), [&](const auto& type) { return type.type == entry.type; });
    if (!offered) {
      wanted.problems.push_back({entry.type_origin,
                                 path_of(entry, "plugin"),
                                 "the version before, " + wanted.manifest.version +
                                     ", has no type \"" + entry.type + "\""});
    }
    return wanted;
  }
  const ShelfEntry* plugin = round.shelf.find(entry.type);
  if (plugin == nullptr) return std::nullopt;
  return Wanted{Wanted::From::kDisk, plugin->manifest, plugin->problems};
}

Catalog::Impl::Chosen& Catalog::Impl::choose(const Wanted& wanted,
                                             const ProviderEntry& entry,
                                             Round& round) {
  const auto [found, first] = round.plugins.try_emplace(wanted.manifest.file);
  Chosen& chosen = found->second;
  if (!first) return chosen;
  if (!wanted.problems.empty()) {
    round.problems.insert(round.problems.end(), wanted.problems.begin(), wanted.problems.end());
    return chosen;
  }
  const std::string& id = wanted.manifest.id;
  if (wanted.from == Wanted::From::kDisk) {
    const Edition edition = Edition::of(wanted.manifest);
    const bool stays = versions_.is_in_use(id, edition) ||
                       (!round.change.insist && versions_.is_held_back(id, edition));
    if (stays) chosen.module = versions_.in_use(id);
  } else if (wanted.from == Wanted::From::kUse) {
    chosen.module = versions_.in_use(id);
  }
  if (chosen.module != nullptr) return chosen;
  std::vector<ProviderEntry> users;
  for (const ProviderEntry& one : round.entries) {
    const auto& types = wanted.manifest.types;
    if (std::any_of(
            types.begin(), types.end(), [&](const auto& type) { return type.type == one.type; })) {
      users.push_back(one);
    }
  }
  const Problem at{entry.type_origin, path_of(entry, "plugin"), {}};
  chosen.candidate = wanted.from == Wanted::From::kPrevious
                         ? versions_.from_previous(id, users, at, round.problems)
                         : versions_.from_disk(wanted.manifest, users, at, round.problems);
  if (chosen.candidate) chosen.module = chosen.candidate->module;
  return chosen;
}

void Catalog::Impl::report_missing(const ProviderEntry& entry, Round& round) const {
  round.problems.push_back(
      {entry.type_origin, path_of(entry, "plugin"), describe_missing(entry.type, round.shelf)});
  // The type may be that of a plugin whose manifest could not be read.
  for (const ShelfEntry& plugin : round.shelf.entries) {
    if (plugin.problems.empty() || !plugin.manifest.types.empty()) continue;
    if (!round.plugins.try_emplace(plugin.manifest.file).second) continue;
    for (const Problem& problem : plugin.problems)
      round.problems.push_back(problem);
  }
}

void Catalog::Impl::take(const Round& round) {
  for (const auto& [file, chosen] : round.plugins) {
    if (!chosen.candidate) continue;
    const Module& module = *chosen.module;
    const bool swap = versions_.take(*chosen.candidate);
    const StagedPtr before = versions_.previous(module.id());
    book_.took(module.manifest(),
               {.generation = module.generation(),
                .sha256 = module.staged()->copy.sha256(),
                .previous_version = before == nullptr ? "" : before->manifest.version,
                .held_back = chosen.candidate->rollback,
                .swap = swap});
  }
}

void Catalog::Impl::publish(const std::vector<std::shared_ptr<Instance>>& instances,
                            std::chrono::milliseconds drain_timeout) {
  Roster::Instances now;
  for (const auto& instance : instances) {
    if (auto one = std::dynamic_pointer_cast<RetirableInstance>(instance)) now.push_back(one);
  }
  roster_.publish(now, drain_timeout, *control_);
  versions_.begin_to_probe();
}

std::vector<PluginState> Catalog::Impl::plugins() const {
  std::vector<PluginState> states = book_.states(*ledger_);
  roster_.complete(states);
  return states;
}

std::vector<std::string> Catalog::Impl::changed_in(const std::set<fs::path>& folders) const {
  std::vector<std::string> ids;
  for (const ShelfEntry& plugin : read_shelf(options_.search_path).entries) {
    const Manifest& manifest = plugin.manifest;
    if (!folders.contains(manifest.file.parent_path())) continue;
    // One that cannot be read has no id; it is that of the plugin which was loaded from there.
    const std::string id = manifest.id.empty() ? versions_.loaded_from(manifest.file) : manifest.id;
    const Edition edition = Edition::of(manifest);
    if (versions_.in_use(id) == nullptr || versions_.is_in_use(id, edition)) continue;
    if (!versions_.is_held_back(id, edition)) ids.push_back(id);
  }
  return ids;
}

void Catalog::Impl::warn_of_unused(const Round& round) const {
  for (const ShelfEntry& plugin : round.shelf.entries) {
    // One that nobody asked for does not stop the start.
    if (!options_.log || round.plugins.contains(plugin.manifest.file)) continue;
    for (const Problem& problem : plugin.problems)
      options_.log(PBAY_LOG_WARN, "", problem.text());
  }
}

Catalog::Catalog(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Catalog::~Catalog() = default;

std::vector<std::shared_ptr<Instance>> Catalog::load(const std::vector<ProviderEntry>& entries,
                                                     std::vector<Problem>& problems,
                                                     const Change& change,
                                                     const Check& check) {
  return impl_->load(entries, problems, change, check);
}

void Catalog::publish(const std::vector<std::shared_ptr<Instance>>& instances,
                      std::chrono::milliseconds drain_timeout) {
  impl_->publish(instances, drain_timeout);
}

std::vector<PluginInfo> Catalog::list() const {
  return list_shelf(read_shelf(impl_->search_path()));
}

std::vector<fs::path> Catalog::folders() const {
  return watched_folders(impl_->search_path());
}

void Catalog::set_search_path(std::vector<fs::path> folders) {
  impl_->set_search_path(std::move(folders));
}

std::vector<LiveInstance> Catalog::live() const {
  return impl_->live();
}

std::vector<PluginState> Catalog::plugins() const {
  return impl_->plugins();
}

std::size_t Catalog::retained() const {
  return impl_->ledger().retained();
}

std::map<std::string, GenerationLedger::Counts> Catalog::counts() const {
  return impl_->ledger().counts();
}

std::vector<std::string> Catalog::changed_in(const std::set<fs::path>& folders) const {
  return impl_->changed_in(folders);
}

void Catalog::settle() {
  impl_->settle();
}

}  // namespace patchbay::plugin_host
