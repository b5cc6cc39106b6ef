#include "core/app/plugin_watch.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <sys/inotify.h>
#include <unistd.h>

namespace patchbay::app {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kQuiet{150};
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MODIFY |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::string_view kManifest = "manifest.json";

}  // namespace

PluginWatch::PluginWatch() : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

PluginWatch::~PluginWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PluginWatch::look_at(const std::vector<fs::path>& folders) {
  if (!works()) return;
  std::map<int, fs::path> now;
  for (const fs::path& folder : folders) {
    const int watch = ::inotify_add_watch(descriptor_, folder.c_str(), kEvents);
    if (watch < 0) continue;
    now.emplace(watch, folder);
    std::error_code none;
    const bool fresh = !folders_.empty() && !folders_.contains(watch);
    if (fresh && fs::exists(folder / kManifest, none)) commit(folder);
  }
  for (const auto& [watch, folder] : folders_) {
    if (!now.contains(watch)) ::inotify_rm_watch(descriptor_, watch);
  }
  folders_ = std::move(now);
}

void PluginWatch::read() {
  alignas(inotify_event) std::array<char, 16 * 1024> buffer{};
  while (true) {
    const ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
    if (got <= 0) return;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      const auto& event = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
      on_event(event.wd, event.mask, event.len == 0 ? std::string_view() : event.name);
      at += sizeof(inotify_event) + event.len;
    }
  }
}

void PluginWatch::on_event(int watched, std::uint32_t mask, std::string_view name) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    folders_changed_ = true;
    for (const auto& [watch, folder] : folders_)
      commit(folder);
    return;
  }
  const auto found = folders_.find(watched);
  if (found == folders_.end()) return;
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) {
    folders_changed_ = true;
    return;
  }
  const fs::path& folder = found->second;
  std::error_code none;
  const fs::path entry = folder / name;
  const bool arrived = (mask & (IN_CREATE | IN_MOVED_TO)) != 0;
  if (arrived && fs::is_directory(entry, none)) {
    // A plugin's folder came, or a link to one took another place.
    folders_changed_ = true;
    commit(entry);
  } else if (name == kManifest) {
    // One that is only being written is committed when it is closed.
    const bool complete =
        (mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0 || fs::is_symlink(entry, none);
    if (complete) commit(folder);
  } else if (committed_.contains(folder)) {
    quiet_at_ = Clock::now() + kQuiet;  // its other files still come
  }
}

void PluginWatch::commit(const fs::path& folder) {
  committed_.insert(folder);
  quiet_at_ = Clock::now() + kQuiet;
}

int PluginWatch::wait_ms() const {
  if (committed_.empty()) return folders_changed_ ? 0 : -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(quiet_at_ - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

std::set<fs::path> PluginWatch::due() {
  if (committed_.empty() || Clock::now() < quiet_at_) return {};
  return std::exchange(committed_, {});
}

}  // namespace patchbay::app
