#include "core/storage/sql/write_queue.hpp"

#include <utility>

namespace patchbay::storage::sql {

bool WriteQueue::push(QueuedWrite& write, double share) {
  const std::lock_guard lock(mutex_);
  const auto part = [share](std::size_t bound) {
    return static_cast<std::size_t>(static_cast<double>(bound) * share);
  };
  if (closed_ || waiting_.size() >= part(bounds_.jobs)) return false;
  if (bytes_ + write.bytes > part(bounds_.bytes)) return false;
  bytes_ += write.bytes;
  waiting_.push_back(std::move(write));
  changed_.notify_one();
  return true;
}

std::vector<QueuedWrite> WriteQueue::take(const Bounds& most, Time until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return !waiting_.empty() || closed_ || woken_; });
  woken_ = false;
  std::vector<QueuedWrite> taken;
  std::size_t bytes = 0;
  while (!waiting_.empty() && taken.size() < most.jobs) {
    QueuedWrite& next = waiting_.front();
    if (!taken.empty() && bytes + next.bytes > most.bytes) break;
    bytes += next.bytes;
    bytes_ -= next.bytes;
    taken.push_back(std::move(next));
    waiting_.pop_front();
  }
  return taken;
}

void WriteQueue::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void WriteQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_one();
}

bool WriteQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool WriteQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

}  // namespace patchbay::storage::sql
