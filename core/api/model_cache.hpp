// What a provider said when it was asked for its models, kept for an hour.
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

  // How long a list counts as fresh. Vendors add models every few weeks.
  static constexpr std::chrono::hours kFresh{1};

  // The list, if it is fresh; null otherwise.
  [[nodiscard]] ListPtr fresh(Time now) const {
    const std::lock_guard lock(mutex_);
    return list_ && now - told_at_ < kFresh ? list_ : nullptr;
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
  mutable std::mutex mutex_;
  ListPtr list_;
  Time told_at_{};
};

}  // namespace patchbay::api
