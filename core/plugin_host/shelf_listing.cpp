#include "core/plugin_host/shelf_listing.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <string_view>
#include <system_error>

#include "core/base/suggestion.hpp"
#include "core/crypto/sha256.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = 64 * 1024;

std::string hash_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  crypto::Sha256 hash;
  std::array<char, kPieceBytes> piece;
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
    hash.update(std::string_view(piece.data(), static_cast<std::size_t>(in.gcount())));
  }
  return in.bad() ? std::string() : hash.finish();
}

PluginInfo describe(const ShelfEntry& entry) {
  const Manifest& manifest = entry.manifest;
  PluginInfo info;
  std::uint64_t modes = 0;
  for (const ManifestType& type : manifest.types) {
    info.types.push_back(type.type);
    modes |= type.modes;
  }
  info.modes = mode_names(modes);
  info.id = manifest.id;
  info.version = manifest.version;
  info.license = manifest.license;
  info.manifest = manifest.file;
  info.library = manifest.library;
  info.problems = entry.problems;
  if (!manifest.library.empty()) info.sha256 = hash_of(manifest.library);
  if (!manifest.sha256.empty() && !info.sha256.empty() && manifest.sha256 != info.sha256) {
    info.problems.push_back({{manifest.file.string(), 0, 0},
                             "sha256",
                             "the library \"" + manifest.library.string() + "\" has the sha256 " +
                                 info.sha256 + "; install both from one package"});
  }
  return info;
}

}  // namespace

std::vector<PluginInfo> list_shelf(const Shelf& shelf) {
  std::vector<PluginInfo> plugins;
  for (const ShelfEntry& entry : shelf.entries)
    plugins.push_back(describe(entry));
  for (const Problem& conflict : shelf.conflicts) {
    for (PluginInfo& info : plugins) {
      if (info.manifest == conflict.origin.file) info.problems.push_back(conflict);
    }
  }
  return plugins;
}

std::vector<fs::path> watched_folders(const std::vector<fs::path>& search_path) {
  std::vector<fs::path> folders;
  for (const fs::path& folder : search_path) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error) continue;
    folders.push_back(real);
    for (fs::directory_iterator it(real, error), end; !error && it != end; it.increment(error)) {
      std::error_code none;
      if (it->is_directory(none)) folders.push_back(it->path());
    }
  }
  return folders;
}

std::string describe_missing(const std::string& type, const Shelf& shelf) {
  const std::string hint = did_you_mean(type, shelf.types());
  return "no plugin of type \"" + type + "\"" + (hint.empty() ? ". " : hint + " ") +
         shelf.searched();
}

}  // namespace patchbay::plugin_host
