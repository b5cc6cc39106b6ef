// A thread that does one task after the other, in the order they were given. Thread-safe.

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace patchbay::documents {

class TaskThread {
 public:
  using Task = std::function<void()>;

  TaskThread();
  ~TaskThread() { close(); }
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  void add(Task task);
  // Ends the thread, after what it is at; what waits is dropped. The same again does nothing.
  void close();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<Task> waiting_;
  bool closed_ = false;

  std::thread thread_;
};

}  // namespace patchbay::documents
