// The answers of this process that nobody reads any more: their clients have gone, and may come
// back. Who sends the next message into such a conversation need not wait for the answer to end.
//
// Thread-safe.

#pragma once

#include <mutex>
#include <set>
#include <string>

namespace patchbay::api {

class LonelyAnswers {
 public:
  void add(const std::string& version) {
    const std::lock_guard lock(mutex_);
    versions_.insert(version);
  }
  void remove(const std::string& version) {
    const std::lock_guard lock(mutex_);
    versions_.erase(version);
  }
  [[nodiscard]] bool has(const std::string& version) const {
    const std::lock_guard lock(mutex_);
    return versions_.count(version) != 0;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> versions_;  // guarded by mutex_
};

}  // namespace patchbay::api
