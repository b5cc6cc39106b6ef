#include "core/plugin_host/version_table.hpp"

#include <cstdlib>
#include <system_error>
#include <utility>

#include "core/plugin_host/instance_maker.hpp"

namespace patchbay::plugin_host {

namespace fs = std::filesystem;

Edition Edition::of(const Manifest& manifest) {
  return {FileIdentity::of(manifest.library), manifest.digest};
}

void check_pin(const ProviderEntry& entry,
               const StagedPlugin& staged,
               std::vector<Problem>& problems) {
  if (entry.sha256.empty() || entry.sha256 == staged.copy.sha256()) return;
  problems.push_back({entry.sha256_origin,
                      path_of(entry, "sha256"),
                      "the library \"" + staged.manifest.library.string() + "\" has the sha256 " +
                          staged.copy.sha256() +
                          ", so it is not loaded; if that is the one you mean, write its sha256 "
                          "here"});
}

VersionTable::VersionTable(Options options, std::shared_ptr<ControlThread> control)
    : options_(std::move(options)), control_(std::move(control)) {}

VersionTable::~VersionTable() {
  std::error_code ignored;
  if (own_folder_) fs::remove_all(*own_folder_, ignored);
}

const VersionTable::Plugin* VersionTable::find(const std::string& plugin) const {
  const auto found = plugins_.find(plugin);
  return found == plugins_.end() ? nullptr : &found->second;
}

std::shared_ptr<Module> VersionTable::in_use(const std::string& plugin) const {
  const Plugin* found = find(plugin);
  return found == nullptr || !found->now ? nullptr : found->now->module.lock();
}

std::shared_ptr<Module> VersionTable::in_use_for(const std::string& type) const {
  for (const auto& [id, plugin] : plugins_) {
    std::shared_ptr<Module> module = in_use(id);
    if (module != nullptr && module->type(type) != nullptr) return module;
  }
  return nullptr;
}

std::string VersionTable::loaded_from(const fs::path& manifest) const {
  for (const auto& [id, plugin] : plugins_) {
    const std::shared_ptr<Module> module = in_use(id);
    if (module != nullptr && module->manifest().file == manifest) return id;
  }
  return {};
}

bool VersionTable::is_in_use(const std::string& plugin, const Edition& edition) const {
  const Plugin* found = find(plugin);
  return in_use(plugin) != nullptr && found->now->edition == edition;
}

bool VersionTable::is_held_back(const std::string& plugin, const Edition& edition) const {
  const Plugin* found = find(plugin);
  return in_use(plugin) != nullptr && found->left == edition;
}

StagedPtr VersionTable::previous(const std::string& plugin) const {
  const Plugin* found = find(plugin);
  return found == nullptr || !found->before ? nullptr : found->before->staged;
}

std::optional<VersionTable::Candidate> VersionTable::from_disk(
    const Manifest& manifest,
    const std::vector<ProviderEntry>& entries,
    const Problem& at,
    std::vector<Problem>& problems) {
  const std::uint32_t generation = plugins_[manifest.id].generations + 1;
  const Result<StagedPtr> staged =
      stage(manifest, state_folder(), Module::copy_name(manifest, generation));
  std::optional<Candidate> candidate = load(staged, entries, false, at, problems);
  if (candidate) candidate->edition = {(*staged)->copy.source(), manifest.digest};
  return candidate;
}

std::optional<VersionTable::Candidate> VersionTable::from_previous(
    const std::string& plugin,
    const std::vector<ProviderEntry>& entries,
    const Problem& at,
    std::vector<Problem>& problems) {
  const Plugin& known = plugins_[plugin];
  if (!known.before) {
    problems.push_back({at.origin, at.path, "there is no earlier version of it to go back to"});
    return std::nullopt;
  }
  const StagedPlugin& before = *known.before->staged;
  const std::string name = Module::copy_name(before.manifest, known.generations + 1);
  const Result<StagedPtr> staged = stage_again(before, state_folder(), name);
  std::optional<Candidate> candidate = load(staged, entries, true, at, problems);
  if (candidate) {
    candidate->edition = known.before->edition;
    candidate->rollback = true;
  }
  return candidate;
}

// `known`: it has served in this process already.
std::optional<VersionTable::Candidate> VersionTable::load(const Result<StagedPtr>& staged,
                                                          const std::vector<ProviderEntry>& entries,
                                                          bool known,
                                                          const Problem& at,
                                                          std::vector<Problem>& problems) {
  const auto refuse = [&](const Error& error) {
    problems.push_back({at.origin, at.path, error.message});
    return std::nullopt;
  };
  if (!staged) return refuse(staged.error());
  const std::size_t before = problems.size();
  for (const ProviderEntry& entry : entries)
    check_pin(entry, **staged, problems);
  if (problems.size() > before) return std::nullopt;
  const Manifest& manifest = (*staged)->manifest;
  if (const Status room = room_for_more(manifest); !room) return refuse(room.error());
  if (probing_ && !known && !options_.probe.command.empty()) {
    for (Problem& found : probe(**staged, entries, options_.probe))
      problems.push_back(std::move(found));
    if (problems.size() > before) return std::nullopt;
  }
  Result<std::shared_ptr<Module>> module = open(*staged, ++plugins_[manifest.id].generations);
  if (!module) return refuse(module.error());
  return Candidate{*std::move(module), {}, false};
}

// The module ends on the control thread, whoever lets go of it last.
Result<std::shared_ptr<Module>> VersionTable::open(StagedPtr staged, std::uint32_t generation) {
  Result<std::unique_ptr<Module>> opened =
      Module::load(std::move(staged), options_.environment, generation);
  if (!opened) return opened.error();
  Module& module = **opened;
  control_->expect();
  module.on_pinned([control = control_] { control->forget(); });
  const std::function<void()> on_stuck = [ledger = module.ledger(),
                                          entry = module.ledger_entry(),
                                          log = options_.environment.log,
                                          id = module.id()] {
    ledger->retained(entry, "its deinit() does not return");
    if (log) log(PBAY_LOG_MISBEHAVIOUR, id, "deinit() has not returned in time");
  };
  return std::shared_ptr<Module>((*std::move(opened)).release(),
                                 [control = control_, on_stuck](Module* ended) {
                                   control->run([ended] { delete ended; }, on_stuck);
                                 });
}

Status VersionTable::room_for_more(const Manifest& manifest) const {
  const std::size_t retained = options_.environment.ledger->retained();
  if (retained < options_.retained_max) return ok();
  return refuse_plugin(manifest,
                       ErrorCode::kUnavailable,
                       std::to_string(retained) +
                           " generations of plugins have ended and cannot be unmapped, so no more "
                           "are loaded; restart Patchbay");
}

fs::path VersionTable::state_folder() {
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

bool VersionTable::take(const Candidate& candidate) {
  Plugin& plugin = plugins_[candidate.module->id()];
  const bool swap = plugin.now && !plugin.now->module.expired();
  plugin.left.reset();
  if (candidate.rollback) plugin.left = plugin.now->edition;
  // What served before is what a rollback goes to; so a second one goes forward again.
  if (swap || (plugin.now && plugin.now->edition != candidate.edition)) {
    plugin.before = std::move(plugin.now);
  }
  plugin.now = Version{candidate.module, candidate.module->staged(), candidate.edition};
  return swap;
}

}  // namespace patchbay::plugin_host
