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

// Set once by the thread that does the work; seen by the one that waits for it.
class Done {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  bool wait_for(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;  // guarded by mutex_
};

}  // namespace

ControlThread::ControlThread(Patience patience)
    : patience_(patience), thread_([this] { loop(); }) {}

void ControlThread::expect() {
  const std::lock_guard lock(mutex_);
  ++expected_;
}

void ControlThread::forget() {
  const std::lock_guard lock(mutex_);
  --expected_;
  changed_.notify_all();
}

void ControlThread::run(std::function<void()> work, std::function<void()> on_stuck) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return keep(std::move(work));
  tasks_.push_back({std::move(work), std::move(on_stuck), true});
  changed_.notify_all();
}

void ControlThread::run_after(Clock::duration delay, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  later_.emplace(Clock::now() + delay, std::move(work));
  changed_.notify_all();
}

void ControlThread::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return tasks_.empty() && !busy_; });
}

void ControlThread::stop(std::chrono::milliseconds patience) {
  {
    std::unique_lock lock(mutex_);
    if (!stopping_) changed_.wait_for(lock, patience, [this] { return expected_ == 0; });
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  // What was for later may know objects that keep this thread's object in turn.
  std::multimap<Time, std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(later_);
}

// Waits for the next task; false when there will be none any more.
bool ControlThread::next(Task& task, std::unique_lock<std::mutex>& lock) {
  while (true) {
    if (!tasks_.empty()) {
      task = std::move(tasks_.front());
      tasks_.pop_front();
      return true;
    }
    if (stopping_) return false;
    if (later_.empty()) {
      changed_.wait(lock);
    } else if (const Time due = later_.begin()->first; due <= Clock::now()) {
      task = {std::move(later_.begin()->second), {}, false};
      later_.erase(later_.begin());
      return true;
    } else {
      changed_.wait_until(lock, due);
    }
  }
}

void ControlThread::loop() {
  std::unique_lock lock(mutex_);
  for (Task task; next(task, lock); task = {}) {
    const bool expected = task.expected;
    busy_ = true;
    lock.unlock();
    perform(std::move(task));
    lock.lock();
    busy_ = false;
    if (expected) --expected_;
    changed_.notify_all();
  }
}

// On a thread of its own each time: one that never comes back can then be left alone.
void ControlThread::perform(Task task) {
  const auto done = std::make_shared<Done>();
  std::thread runner([done, work = std::move(task.work)]() mutable {
    work();
    work = nullptr;
    done->set();
  });
  if (done->wait_for(patience_.control)) return runner.join();
  if (task.on_stuck) task.on_stuck();
  runner.detach();
}

}  // namespace patchbay::plugin_host
