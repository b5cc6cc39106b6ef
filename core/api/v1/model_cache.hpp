// What a provider said when it was asked for its models, kept for a while.
//
// Thread-safe: shared by the workers.

#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/clock.hpp"
#include "core/dialects/openai_models/collector.hpp"

namespace patchbay::api {

class ModelCache {
 public:
  using List = std::vector<dialects::openai_models::Model>;
  using ListPtr = std::shared_ptr<const List>;

  // `fresh` is how long a list counts as fresh. Vendors add models every few weeks.
  explicit ModelCache(std::chrono::milliseconds fresh = std::chrono::hours(1)) : fresh_(fresh) {}

  // The list, if it is fresh; null otherwise.
  [[nodiscard]] ListPtr fresh(Time now) const {
    const std::lock_guard lock(mutex_);
    return list_ && now - told_at_ < fresh_ ? list_ : nullptr;
  }

  // The list, however old; null if there never was one.
  [[nodiscard]] ListPtr any() const {
    const std::lock_guard lock(mutex_);
    return list_;
  }

  void keep(ListPtr list, Time now) {
    const std::lock_guard lock(mutex_);
    list_ = std::move(list);
    told_at_ = now;
  }

 private:
  const std::chrono::milliseconds fresh_;
  mutable std::mutex mutex_;
  ListPtr list_;
  Time told_at_{};
};

}  // namespace patchbay::api
