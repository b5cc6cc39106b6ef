// What can be found on the search path, for people and for whoever watches it.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/origin.hpp"
#include "core/plugin_host/shelf.hpp"

namespace patchbay::plugin_host {

// What one manifest says; shown by `patchbay plugins`.
struct PluginInfo {
  std::string id;
  std::string version;
  std::string license;
  std::filesystem::path manifest;
  std::filesystem::path library;
  std::string sha256;  // of the library; empty when it cannot be read
  std::vector<std::string> types;
  std::vector<std::string> modes;  // of all its types, for people
  std::vector<Problem> problems;   // why it could not be used, if so
};

// Reads each library, to hash it; loads nothing.
std::vector<PluginInfo> list_shelf(const Shelf& shelf);

// The folders of the search path that exist, and those in them, where manifests are or may appear.
std::vector<std::filesystem::path> watched_folders(
    const std::vector<std::filesystem::path>& search_path);

// "no plugin of type "shuot" - did you mean "shout"? Searched: ...".
std::string describe_missing(const std::string& type, const Shelf& shelf);

}  // namespace patchbay::plugin_host
