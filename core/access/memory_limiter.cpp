#include "core/access/memory_limiter.hpp"

#include <algorithm>

namespace patchbay::access {
namespace {

// Each request tidies up after so many that went away: more than it adds.
constexpr int kForgottenAtATime = 2;

}  // namespace

Verdict MemoryLimiter::take(const std::string& key, const RateRule& rule, Time now) {
  const std::lock_guard lock(mutex_);
  const Time begin = now - rule.window;
  Entry& entry = touch(key);
  drop_before(entry, begin);
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(rule.requests, 0));
  Verdict verdict{.allowed = entry.count() < limit, .limit = rule.requests};
  std::size_t next = entry.first;  // whose end makes room for one more
  if (verdict.allowed) {
    entry.times.push_back(now);
    ++requests_;
    verdict.remaining = static_cast<std::int64_t>(limit - entry.count());
  } else {
    next += entry.count() - limit;  // more than 0 only where the limit was higher before
  }
  if (next < entry.times.size()) {
    verdict.reset =
        std::chrono::ceil<std::chrono::milliseconds>(entry.times[next] + rule.window - now);
  }
  forget_idle(begin);
  while ((entries_.size() > bounds_.keys || requests_ > bounds_.requests) && entries_.size() > 1)
    forget_oldest();
  return verdict;
}

std::size_t MemoryLimiter::keys() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

MemoryLimiter::Entry& MemoryLimiter::touch(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
  } else {
    entries_.push_front({.key = key, .times = {}});
    by_key_.emplace(entries_.front().key, entries_.begin());
  }
  return entries_.front();
}

void MemoryLimiter::drop_before(Entry& entry, Time begin) {
  while (entry.count() > 0 && entry.times[entry.first] <= begin) {
    ++entry.first;
    --requests_;
  }
  // Not every time: moving what is left up costs as much as there is of it.
  if (entry.first * 2 <= entry.times.size()) return;
  entry.times.erase(entry.times.begin(),
                    entry.times.begin() + static_cast<std::ptrdiff_t>(entry.first));
  entry.first = 0;
}

void MemoryLimiter::forget_oldest() {
  requests_ -= entries_.back().count();
  by_key_.erase(entries_.back().key);
  entries_.pop_back();
}

void MemoryLimiter::forget_idle(Time begin) {
  for (int i = 0; i < kForgottenAtATime && entries_.size() > 1; ++i) {
    const Entry& oldest = entries_.back();
    if (!oldest.times.empty() && oldest.times.back() > begin) return;
    forget_oldest();
  }
}

}  // namespace patchbay::access
