#include "core/plugin_host/generation_ledger.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::plugin_host {

GenerationLedger::Entry GenerationLedger::add(Record record) {
  const std::lock_guard lock(mutex_);
  records_.emplace(next_, std::move(record));
  return next_++;
}

void GenerationLedger::ending(Entry entry) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(entry);
  if (found != records_.end()) found->second.state = State::kEnding;
}

std::size_t GenerationLedger::retained(Entry entry, std::string why) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(entry);
  if (found != records_.end() && found->second.state != State::kRetained) {
    found->second.state = State::kRetained;
    found->second.why = std::move(why);
  }
  return count_retained();
}

void GenerationLedger::gone(Entry entry) {
  const std::lock_guard lock(mutex_);
  records_.erase(entry);
}

void GenerationLedger::count_orphan(const std::string& plugin) {
  const std::lock_guard lock(mutex_);
  ++counts_[plugin].orphaned;
}

void GenerationLedger::count_cut(const std::string& plugin, std::size_t calls) {
  const std::lock_guard lock(mutex_);
  counts_[plugin].cut += calls;
}

std::vector<GenerationLedger::Record> GenerationLedger::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Record> records;
  for (const auto& [entry, record] : records_)
    records.push_back(record);
  return records;
}

std::size_t GenerationLedger::retained() const {
  const std::lock_guard lock(mutex_);
  return count_retained();
}

std::map<std::string, GenerationLedger::Counts> GenerationLedger::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::size_t GenerationLedger::count_retained() const {
  return static_cast<std::size_t>(
      std::count_if(records_.begin(), records_.end(), [](const auto& entry) {
        return entry.second.state == State::kRetained;
      }));
}

}  // namespace patchbay::plugin_host
