// A copy of a plugin's library that belongs to this process alone.
//
// Libraries are never loaded from where they are installed: a file that is overwritten there would
// change code that runs, and a loader that has seen a path, or an inode, gives back what it loaded
// from it before. So every load gets a file of its own: on disk, or, where no folder will do
// (a file system that is read-only, or lets nothing on it run), in memory.
//
// It is the copy that is hashed, so what was checked is what is loaded, whatever happens to the
// installed file meanwhile.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

#include "core/base/result.hpp"

namespace patchbay::plugin_host {

// Why code cannot be kept in `folder` and loaded from there; empty when it can.
std::string why_unusable_for_code(const std::filesystem::path& folder);

// What tells one state of a file from the next.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;

  // All zero for a file that is not there.
  static FileIdentity of(const std::filesystem::path& file);
};

// Whether something that was loaded from `path` is still there.
bool is_loaded(const std::filesystem::path& path);

// The copy, gone with this object. A mapping of a file on disk lives on without it; a copy in
// memory stays open if something that was loaded from it remains.
class PrivateCopy {
 public:
  // Copies `library` to `<state_folder>/<id>/<name>-<unique>.so`; the folder is made, and closed to
  // others, where it does not exist. With an empty `state_folder` the copy is in memory only, and
  // `id` and `name` are for those who look at the process's mappings. Refuses a file that every
  // user of the machine may write to.
  static Result<PrivateCopy> make(const std::filesystem::path& library,
                                  const std::filesystem::path& state_folder,
                                  const std::string& id,
                                  const std::string& name);
  // Copies it into a file that is in memory only, known there as `name`.
  static Result<PrivateCopy> in_memory(const std::filesystem::path& library,
                                       const std::string& name);
  // The same bytes once more, under a name of their own.
  [[nodiscard]] Result<PrivateCopy> again(const std::filesystem::path& state_folder,
                                          const std::string& id,
                                          const std::string& name) const;
  // A copy that somebody else made and this process was given, open; takes the descriptor over.
  static PrivateCopy adopt(int descriptor);
  ~PrivateCopy();
  PrivateCopy(PrivateCopy&& other) noexcept;
  PrivateCopy& operator=(PrivateCopy&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool is_in_memory() const { return in_memory_; }
  // Of the copy's bytes, in hexadecimal digits.
  [[nodiscard]] const std::string& sha256() const { return sha256_; }
  // Of the library as it was when it was copied.
  [[nodiscard]] const FileIdentity& source() const { return source_; }
  // Open for reading as long as this object lives.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  // Takes the copy's name away, once it is loaded: nothing is left behind however the process ends.
  void unlink() const;

 private:
  PrivateCopy() = default;

  static Result<PrivateCopy> copy_from(int library,
                                       const std::filesystem::path& shown,
                                       const std::filesystem::path& state_folder,
                                       const std::string& id,
                                       const std::string& name);

  std::filesystem::path path_;
  int descriptor_ = -1;
  bool in_memory_ = false;
  std::string sha256_;
  FileIdentity source_;
};

}  // namespace patchbay::plugin_host
