#include "core/reactor/stall_watch.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::reactor {
namespace {

// More than a turn can have of them, unless it takes most of a second.
constexpr std::size_t kSuspectsMax = 16;

std::chrono::milliseconds in_ms(Clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

std::string text_of(const telemetry::Activity::Seen& seen) {
  // Both are set one after the other, so one of them may be seen without its partner.
  if (seen.plugin == nullptr || seen.function == nullptr) return seen.what;
  return std::string("plugin ") + seen.plugin + "." + seen.function;
}

}  // namespace

StallWatch::StallWatch(telemetry::Metrics& metrics, unsigned workers, OnStall on_stall)
    : on_stall_(std::move(on_stall)) {
  for (unsigned i = 0; i < workers; ++i)
    watched_.push_back(std::make_unique<Watched>(metrics.worker(i).loop));
  thread_ = std::thread([this] { run(); });
}

StallWatch::~StallWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void StallWatch::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, stall_after() / 2, [this] { return stopping_; })) {
    const Time now = Clock::now();
    for (unsigned i = 0; i < watched_.size(); ++i)
      look(i, now);
  }
}

void StallWatch::look(unsigned worker, Time now) {
  Watched& watched = *watched_[worker];
  const telemetry::Activity::Seen seen = watched.cells.activity.look();
  if (seen.what == nullptr || seen.beat != watched.beat) {
    watched.beat = seen.beat;
    watched.since = now;
    watched.told = false;
    watched.cells.running_ns.store(0, std::memory_order_relaxed);
    return;
  }
  const Clock::duration age = now - watched.since;
  watched.cells.running_ns.store(std::chrono::nanoseconds(age).count(), std::memory_order_relaxed);
  suspect(watched, {seen.beat, age, text_of(seen)});
  if (age < stall_after() || std::exchange(watched.told, true)) return;
  if (on_stall_) on_stall_({.worker = worker, .what = text_of(seen), .took = in_ms(age)});
}

void StallWatch::suspect(Watched& watched, Suspect seen) {
  const std::lock_guard lock(watched.mutex);
  auto& all = watched.suspects;
  if (!all.empty() && all.back().beat == seen.beat) all.pop_back();
  if (all.size() == kSuspectsMax) all.erase(all.begin());
  all.push_back(std::move(seen));
}

void StallWatch::turn_was_long(unsigned worker, std::uint64_t first_beat, Clock::duration took) {
  Watched& watched = *watched_[worker];
  watched.cells.stalls.add();
  const telemetry::Activity::Seen last = watched.cells.activity.look();
  Suspect longest;
  {
    const std::lock_guard lock(watched.mutex);
    for (Suspect& suspect : watched.suspects) {
      if (suspect.beat > first_beat && suspect.age > longest.age) longest = std::move(suspect);
    }
    watched.suspects.clear();
  }
  if (longest.what.empty()) {
    // Nothing was seen twice. If only one thing ran, that was it all the same.
    const std::uint64_t things = last.beat - first_beat;
    longest.what = things == 0 ? "nothing" : things == 1 ? last.what : "many things";
  }
  if (on_stall_) {
    on_stall_(
        {.worker = worker, .what = std::move(longest.what), .took = in_ms(took), .over = true});
  }
}

}  // namespace patchbay::reactor
