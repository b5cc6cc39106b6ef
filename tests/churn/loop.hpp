// One thread's loop over sockets and timers. It owns what it calls, and names it by number, so that
// an event or a timer of something that is gone finds nobody.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

namespace patchbay::churn {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using Id = std::uint64_t;

class Guest {
 public:
  virtual ~Guest() = default;

  virtual void on_ready(std::uint32_t events) = 0;  // EPOLLIN, EPOLLOUT, ...
  virtual void on_time(int kind) = 0;               // the `kind` given to Loop::at()
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Id next_id() { return ++last_id_; }

  // Takes over a guest under a number from next_id(). It is destroyed at the end of the turn in
  // which it is removed.
  void add(Id id, std::unique_ptr<Guest> guest);
  void remove(Id id);

  // Watches the descriptor for the guest. Closing the descriptor ends that.
  void watch(Id id, int fd, std::uint32_t events);
  void rewatch(Id id, int fd, std::uint32_t events);

  void at(Id id, Time when, int kind);

  // Waits for something to happen and calls whom it concerns.
  void turn();

  [[nodiscard]] std::size_t guests() const { return guests_.size(); }

 private:
  struct Timer {
    Time when;
    Id id = 0;
    int kind = 0;
    bool operator>(const Timer& other) const { return when > other.when; }
  };

  Guest* find(Id id);

  const int epoll_;
  Id last_id_ = 0;
  std::unordered_map<Id, std::unique_ptr<Guest>> guests_;
  std::vector<std::unique_ptr<Guest>> gone_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

}  // namespace patchbay::churn
