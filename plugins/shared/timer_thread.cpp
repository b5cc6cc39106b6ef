#include "plugins/shared/timer_thread.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::plugins {
namespace {

bool later(const TimerThread::Wake& a, const TimerThread::Wake& b) {
  return a.due > b.due;
}

}  // namespace

void TimerThread::schedule(const Wake& wake) {
  const std::lock_guard lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  heap_.push_back(wake);
  std::push_heap(heap_.begin(), heap_.end(), later);
  if (heap_.front().due == wake.due) changed_.notify_one();
}

void TimerThread::stop() noexcept {
  std::thread ending;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    heap_.clear();
    ending = std::move(thread_);
    changed_.notify_one();
  }
  if (ending.joinable()) ending.join();
  const std::lock_guard lock(mutex_);
  stopping_ = false;
}

void TimerThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (heap_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto due = heap_.front().due;
    if (due > std::chrono::steady_clock::now()) {
      changed_.wait_until(lock, due);
      continue;
    }
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Wake wake = heap_.back();
    heap_.pop_back();
    // The host may run its own code in post(), so it must not find our lock held.
    lock.unlock();
    wake.async->post(wake.host, wake.call, wake.step, nullptr);
    lock.lock();
  }
}

}  // namespace patchbay::plugins
