// A copy of a plugin's library that belongs to this process alone.
//
// Libraries are never loaded from where they are installed: a file that is overwritten there would
// change code that runs, and a loader that has seen a path, or an inode, gives back what it loaded
// from it before. So every load gets a file of its own.

#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.hpp"

namespace patchbay::plugin_host {

// The copy, deleted with this object; a mapping of it lives on.
class PrivateCopy {
 public:
  // Copies `library` to `<state_folder>/<id>/<name>-<unique>.so`; the folder is made, and closed to
  // others, where it does not exist.
  static Result<PrivateCopy> make(const std::filesystem::path& library,
                                  const std::filesystem::path& state_folder,
                                  const std::string& id,
                                  const std::string& name);
  ~PrivateCopy();
  PrivateCopy(PrivateCopy&& other) noexcept;
  PrivateCopy& operator=(PrivateCopy&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit PrivateCopy(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace patchbay::plugin_host
