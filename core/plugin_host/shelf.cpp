#include "core/plugin_host/shelf.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

// The manifests below `folder`, sorted so that every run reads them in the same order.
std::vector<fs::path> manifests_in(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> found;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code none;
    fs::path manifest = it->path() / "manifest.json";
    if (fs::is_regular_file(manifest, none)) found.push_back(std::move(manifest));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string counted(std::size_t plugins) {
  return plugins == 1 ? "1 plugin" : std::to_string(plugins) + " plugins";
}

// Reports each id and each type that two manifests claim.
void find_conflicts(Shelf& shelf) {
  std::map<std::string, fs::path> ids;
  std::map<std::string, fs::path> types;
  const auto claim = [&](std::map<std::string, fs::path>& owners,
                         const std::string& what,
                         const std::string& name,
                         const fs::path& file) {
    if (name.empty()) return;
    const auto [owner, first] = owners.try_emplace(name, file);
    if (first) return;
    const bool same_file = owner->second == file;
    shelf.conflicts.push_back(
        Problem{{file.string(), 0, 0},
                {},
                what + " \"" + name + "\" is claimed " +
                    (same_file ? "twice" : "by \"" + owner->second.string() + "\" as well") +
                    "; remove one of the two"});
  };
  for (const ShelfEntry& entry : shelf.entries) {
    claim(ids, "the plugin id", entry.manifest.id, entry.manifest.file);
    for (const ManifestType& type : entry.manifest.types) {
      claim(types, "the provider type", type.type, entry.manifest.file);
    }
  }
}

}  // namespace

const ShelfEntry* Shelf::find(std::string_view type) const {
  for (const ShelfEntry& entry : entries) {
    for (const ManifestType& offered : entry.manifest.types) {
      if (offered.type == type) return &entry;
    }
  }
  return nullptr;
}

std::vector<std::string> Shelf::types() const {
  std::vector<std::string> names;
  for (const ShelfEntry& entry : entries) {
    for (const ManifestType& offered : entry.manifest.types)
      names.push_back(offered.type);
  }
  return names;
}

std::string Shelf::searched() const {
  if (folders.empty()) return "No folder is searched: set plugins.path";
  std::string text = "Searched: ";
  for (const Folder& folder : folders) {
    if (&folder != &folders.front()) text += ", ";
    text += folder.path.string() + " (" + folder.note + ")";
  }
  return text;
}

Shelf read_shelf(const std::vector<fs::path>& search_path) {
  Shelf shelf;
  std::set<fs::path> seen;
  for (const fs::path& folder : search_path) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error) {
      shelf.folders.push_back(
          {folder,
           error == std::errc::no_such_file_or_directory ? "does not exist" : error.message()});
      continue;
    }
    if (!seen.insert(real).second) continue;
    const std::vector<fs::path> manifests = manifests_in(real, error);
    shelf.folders.push_back({folder, error ? error.message() : counted(manifests.size())});
    for (const fs::path& file : manifests) {
      // Two entries of one folder may be links to the same plugin.
      if (!seen.insert(fs::canonical(file, error)).second) continue;
      ShelfEntry entry;
      entry.manifest = read_manifest(file, entry.problems);
      shelf.entries.push_back(std::move(entry));
    }
  }
  find_conflicts(shelf);
  return shelf;
}

}  // namespace patchbay::plugin_host
