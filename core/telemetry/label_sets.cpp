#include "core/telemetry/label_sets.hpp"

namespace patchbay::telemetry {

void LabelSets::write_key(std::string& key, std::initializer_list<std::string_view> values) {
  key.clear();
  for (const std::string_view value : values) {
    key.append(value);
    key.push_back('\0');
  }
}

std::size_t LabelSets::number_of(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = numbers_.find(key); found != numbers_.end()) return found->second;
  if (numbers_.size() == max_) return max_;
  const std::size_t number = numbers_.size();
  numbers_.emplace(key, number);
  return number;
}

std::vector<std::vector<std::string>> LabelSets::values() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::vector<std::string>> all(numbers_.size());
  for (const auto& [key, number] : numbers_) {
    std::string_view rest = key;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\0');
      all[number].emplace_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    all[number].resize(names_.size());  // a value with a NUL in it had been two
  }
  return all;
}

}  // namespace patchbay::telemetry
