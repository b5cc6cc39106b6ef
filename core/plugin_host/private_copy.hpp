// A copy of a plugin's library that belongs to this process alone.
//
// Libraries are never loaded from where they are installed: a file that is overwritten there would
// change code that runs, and a loader that has seen a path, or an inode, gives back what it loaded
// from it before. So every load gets a file of its own: on disk, or, where no folder will do
// (a file system that is read-only, or lets nothing on it run), in memory.

#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.hpp"

namespace patchbay::plugin_host {

// Why code cannot be kept in `folder` and loaded from there; empty when it can.
std::string why_unusable_for_code(const std::filesystem::path& folder);

// The copy, deleted with this object. A mapping of a file on disk lives on without it; a copy in
// memory has to outlive what was loaded from it, for its path may mean another file afterwards.
class PrivateCopy {
 public:
  // Copies `library` to `<state_folder>/<id>/<name>-<unique>.so`; the folder is made, and closed to
  // others, where it does not exist.
  static Result<PrivateCopy> make(const std::filesystem::path& library,
                                  const std::filesystem::path& state_folder,
                                  const std::string& id,
                                  const std::string& name);
  // Copies `library` into a file that is in memory only; `name` is for those who look at the
  // process's mappings.
  static Result<PrivateCopy> in_memory(const std::filesystem::path& library,
                                       const std::string& name);
  ~PrivateCopy();
  PrivateCopy(PrivateCopy&& other) noexcept;
  PrivateCopy& operator=(PrivateCopy&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool is_in_memory() const { return memory_ >= 0; }

 private:
  PrivateCopy(std::filesystem::path path, int memory) : path_(std::move(path)), memory_(memory) {}

  std::filesystem::path path_;
  int memory_;  // the open file that the path stands for; -1 for a file on disk
};

}  // namespace patchbay::plugin_host
