// One worker's series of one kind, by their labels. The process's LabelSets decide which
// combinations have one; the worker's own object is made when it first counts something there.
//
// Threads: at() on the worker's; get() on any.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/telemetry/label_sets.hpp"

namespace patchbay::telemetry {

template <typename Series, std::size_t kMax>
class SeriesTable {
 public:
  // REQUIRES: sets.max() == kMax; it must outlive this.
  explicit SeriesTable(LabelSets& sets) : sets_(sets) {}
  ~SeriesTable() {
    for (const auto& series : all_)
      delete series.load(std::memory_order_relaxed);
  }
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;

  // The series of these label values; it stays where it is as long as the table.
  Series& at(std::initializer_list<std::string_view> values) {
    LabelSets::write_key(key_, values);
    if (const auto found = known_.find(key_); found != known_.end()) return *found->second;
    return learn();
  }

  // The series of that number, null while this worker has none. REQUIRES: number <= kMax.
  [[nodiscard]] const Series* get(std::size_t number) const {
    return all_[number].load(std::memory_order_acquire);
  }

 private:
  // Names that share the last series are remembered as well, but not without end.
  static constexpr std::size_t kKnownMax = 4 * kMax;

  Series& learn() {
    const std::size_t number = sets_.number_of(key_);
    Series* series = all_[number].load(std::memory_order_relaxed);
    if (series == nullptr) {
      series = new Series;
      all_[number].store(series, std::memory_order_release);
    }
    if (known_.size() >= kKnownMax) known_.clear();
    known_.emplace(key_, series);
    return *series;
  }

  LabelSets& sets_;
  std::string key_;
  std::unordered_map<std::string, Series*> known_;
  std::array<std::atomic<Series*>, kMax + 1> all_{};
};

}  // namespace patchbay::telemetry
