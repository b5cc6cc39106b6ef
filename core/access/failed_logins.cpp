#include "core/access/failed_logins.hpp"

#include <algorithm>

namespace patchbay::access {

std::chrono::milliseconds FailedLogins::wait(const std::string& key, Time now) {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(key);
  if (held == held_.end()) return std::chrono::milliseconds(0);
  if (held->second > now) return std::chrono::ceil<std::chrono::milliseconds>(held->second - now);
  held_.erase(held);
  held_count_ = held_.size();
  return std::chrono::milliseconds(0);
}

bool FailedLogins::count(const std::string& key, const RateRule& rule, Time now) {
  return hold(key, counted_.take(key, rule, now), now);
}

bool FailedLogins::hold(const std::string& key, const Verdict& verdict, Time now) {
  if (verdict.remaining > 0 || verdict.reset <= std::chrono::milliseconds(0)) return false;
  const std::lock_guard lock(mutex_);
  forget_free(now);
  const auto [held, added] = held_.try_emplace(key, now);
  const bool begins = held->second <= now;
  held->second = std::max(held->second, now + verdict.reset);
  held_count_ = held_.size();
  return begins;
}

// Looks through all of them, which happens only as often as somebody is held off anew.
void FailedLogins::forget_free(Time now) {
  std::erase_if(held_, [now](const auto& held) { return held.second <= now; });
  if (held_.size() < held_max_) return;
  held_.erase(std::min_element(held_.begin(), held_.end(), [](const auto& one, const auto& other) {
    return one.second < other.second;
  }));
}

}  // namespace patchbay::access
