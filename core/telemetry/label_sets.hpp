// Which combinations of label values have a series of their own: the first so many, in the life of
// the process; all others share one series whose labels say "other".
//
// That bound is what keeps a scrape small whatever is configured, reloaded or asked for.
// Thread-safe.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::telemetry {

class LabelSets {
 public:
  // `names` of the labels; `max` combinations of their values beside the shared one.
  LabelSets(std::vector<std::string> names, std::size_t max)
      : names_(std::move(names)), max_(max) {}

  // One text for a combination, written over `key`: the values with a NUL after each. A value with
  // a NUL in it is no good name, and what it is called then is no matter.
  static void write_key(std::string& key, std::initializer_list<std::string_view> values);

  // The number of a combination, max() for the shared one. New ones get the next number.
  std::size_t number_of(std::string_view key);

  [[nodiscard]] std::size_t max() const { return max_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  // The values by number. Those of number max() are "other", and not in it.
  [[nodiscard]] std::vector<std::vector<std::string>> values() const;

 private:
  const std::vector<std::string> names_;
  const std::size_t max_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, std::size_t, std::less<>> numbers_;
};

}  // namespace patchbay::telemetry
