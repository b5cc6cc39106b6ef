// Hears of plugins whose manifests are replaced on disk.
//
//   PluginWatch watch;
//   watch.look_at(catalog.folders());
//   poll({watch.descriptor(), ...}, watch.wait_ms());
//   watch.read();
//   for (folder : watch.due()) ...        // something was committed there, and it is quiet now
//
// A version is committed by its manifest: written and closed, or renamed into place. Who installs
// several files does not do so at once, so nothing is due before a folder has been quiet for a
// moment.
//
// Not thread-safe.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"

namespace patchbay::app {

class PluginWatch {
 public:
  PluginWatch();
  ~PluginWatch();
  PluginWatch(const PluginWatch&) = delete;
  PluginWatch& operator=(const PluginWatch&) = delete;

  // False: the system has no means of watching left.
  [[nodiscard]] bool works() const { return descriptor_ >= 0; }

  // Watches these folders and no others. What was committed in a folder that is new here counts as
  // committed now, for it may have been while nobody looked.
  void look_at(const std::vector<std::filesystem::path>& folders);

  // Readable when there is something for read().
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void read();

  // Until due() has something: for poll(); -1 when nothing is expected.
  [[nodiscard]] int wait_ms() const;

  // Takes the folders in which something was committed.
  std::set<std::filesystem::path> due();

  // Whether folders came or went, so that look_at() is wanted; once.
  bool folders_changed() { return std::exchange(folders_changed_, false); }

 private:
  void on_event(int watched, std::uint32_t mask, std::string_view name);
  void commit(const std::filesystem::path& folder);

  const int descriptor_;
  std::map<int, std::filesystem::path> folders_;  // by watch
  std::set<std::filesystem::path> committed_;
  Time quiet_at_{};
  bool folders_changed_ = false;
};

}  // namespace patchbay::app
