// What a worker's thread is doing right now: written by the thread, read by whoever watches it.
//
// The loop says when it begins to run something and what that is; code further in may say more:
//
//   const ActivityScope scope("acme.models", "on_frames");  // while a plugin's function runs
//
// It costs a few plain stores. Every text must live as long as the process; immortal() makes one.

#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace patchbay::telemetry {

// A copy of `text` that is never freed, the same one for equal texts. For names of which there are
// few: takes a lock.
const char* immortal(std::string_view text);

class Activity {
 public:
  struct Seen {
    std::uint64_t beat = 0;          // grows whenever something else begins, or nothing more runs
    const char* what = nullptr;      // null: the thread waits
    const char* plugin = nullptr;    // set while a function of a plugin runs
    const char* function = nullptr;  // its name
  };

  // Something begins to run.
  void begin(const char* what) {
    what_.store(what, std::memory_order_relaxed);
    tick();
  }

  // Nothing more runs: the thread waits.
  void rest() { begin(nullptr); }

  // How often something began. The writer's own.
  [[nodiscard]] std::uint64_t beat() const { return beat_.load(std::memory_order_relaxed); }

  // From any thread. What was seen twice with the same beat was running all the while.
  [[nodiscard]] Seen look() const {
    Seen seen;
    seen.beat = beat_.load(std::memory_order_acquire);
    seen.what = what_.load(std::memory_order_relaxed);
    seen.plugin = plugin_.load(std::memory_order_relaxed);
    seen.function = function_.load(std::memory_order_relaxed);
    return seen;
  }

  // The activity of this thread, if it is one that is watched.
  static constinit thread_local Activity* here;

 private:
  friend class ActivityScope;

  void tick() { beat_.store(beat() + 1, std::memory_order_release); }

  std::atomic<std::uint64_t> beat_{0};
  std::atomic<const char*> what_{nullptr};
  std::atomic<const char*> plugin_{nullptr};
  std::atomic<const char*> function_{nullptr};
};

// Lives on the stack around a call into a plugin; they nest. Does nothing on other threads.
class ActivityScope {
 public:
  ActivityScope(const char* plugin, const char* function) : activity_(Activity::here) {
    if (activity_ == nullptr) return;
    outer_plugin_ = activity_->plugin_.load(std::memory_order_relaxed);
    outer_function_ = activity_->function_.load(std::memory_order_relaxed);
    set(plugin, function);
  }
  ~ActivityScope() {
    if (activity_ != nullptr) set(outer_plugin_, outer_function_);
  }
  ActivityScope(const ActivityScope&) = delete;
  ActivityScope& operator=(const ActivityScope&) = delete;

 private:
  void set(const char* plugin, const char* function) {
    activity_->plugin_.store(plugin, std::memory_order_relaxed);
    activity_->function_.store(function, std::memory_order_relaxed);
  }

  Activity* const activity_;
  const char* outer_plugin_ = nullptr;
  const char* outer_function_ = nullptr;
};

}  // namespace patchbay::telemetry
