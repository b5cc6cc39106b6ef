#include "core/plugin_host/control_thread.hpp"

#include <utility>
#include <vector>

namespace patchbay::plugin_host {
namespace {

// Keeps what came too late; never destroyed.
void keep(std::function<void()> work) {
  static auto* mutex = new std::mutex;
  static auto* kept = new std::vector<std::function<void()>>;
  const std::lock_guard lock(*mutex);
  kept->push_back(std::move(work));
}

}  // namespace

ControlThread::ControlThread() : thread_([this] { loop(); }) {}

void ControlThread::expect() {
  const std::lock_guard lock(mutex_);
  ++expected_;
}

void ControlThread::run(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return keep(std::move(work));
  work_.push_back(std::move(work));
  changed_.notify_all();
}

void ControlThread::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return work_.empty() && !busy_; });
}

void ControlThread::stop(std::chrono::milliseconds patience) {
  {
    std::unique_lock lock(mutex_);
    if (!stopping_) changed_.wait_for(lock, patience, [this] { return expected_ == 0; });
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void ControlThread::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !work_.empty() || stopping_; });
    if (work_.empty()) return;
    std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    busy_ = true;
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    busy_ = false;
    --expected_;
    changed_.notify_all();
  }
}

}  // namespace patchbay::plugin_host
