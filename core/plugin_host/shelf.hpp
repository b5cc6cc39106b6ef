// Every plugin that could be loaded: the manifests found on the search path, and who offers what.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.hpp"
#include "core/plugin_host/manifest.hpp"

namespace patchbay::plugin_host {

struct ShelfEntry {
  Manifest manifest;
  std::vector<Problem> problems;  // why it cannot be loaded, if so
};

struct Shelf {
  struct Folder {
    std::filesystem::path path;
    std::string note;  // for people: "12 plugins", "does not exist"
  };

  std::vector<Folder> folders;
  std::vector<ShelfEntry> entries;
  std::vector<Problem> conflicts;  // two manifests that cannot stand beside each other

  // The plugin that offers a provider type; nullptr when none does.
  [[nodiscard]] const ShelfEntry* find(std::string_view type) const;

  // Every provider type offered, in order.
  [[nodiscard]] std::vector<std::string> types() const;

  // "Searched: /a/plugins (12 plugins), /b (does not exist)".
  [[nodiscard]] std::string searched() const;
};

// Reads the manifest.json in each immediate subfolder of the folders. A folder that is named twice,
// under whatever name, counts once.
Shelf read_shelf(const std::vector<std::filesystem::path>& search_path);

}  // namespace patchbay::plugin_host
