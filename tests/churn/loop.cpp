#include "tests/churn/loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <sys/epoll.h>
#include <unistd.h>

namespace patchbay::churn {
namespace {

void control(int epoll, int operation, int fd, std::uint32_t events, Id id) {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = id;
  if (::epoll_ctl(epoll, operation, fd, &wanted) == 0) return;
  std::perror("epoll_ctl");
  std::abort();
}

constexpr std::chrono::milliseconds kLongestWait{1000};

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Loop::~Loop() {
  ::close(epoll_);
}

void Loop::add(Id id, std::unique_ptr<Guest> guest) {
  guests_.emplace(id, std::move(guest));
}

void Loop::remove(Id id) {
  const auto found = guests_.find(id);
  if (found == guests_.end()) return;
  gone_.push_back(std::move(found->second));
  guests_.erase(found);
}

void Loop::watch(Id id, int fd, std::uint32_t events) {
  control(epoll_, EPOLL_CTL_ADD, fd, events, id);
}

void Loop::rewatch(Id id, int fd, std::uint32_t events) {
  control(epoll_, EPOLL_CTL_MOD, fd, events, id);
}

void Loop::at(Id id, Time when, int kind) {
  timers_.push({when, id, kind});
}

Guest* Loop::find(Id id) {
  const auto found = guests_.find(id);
  return found == guests_.end() ? nullptr : found->second.get();
}

void Loop::turn() {
  auto wait = kLongestWait;
  if (!timers_.empty()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(timers_.top().when - Clock::now());
    wait = std::clamp(left, std::chrono::milliseconds(0), kLongestWait);
  }
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(
      epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(wait.count()));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (Guest* guest = find(event.data.u64)) guest->on_ready(event.events);
  }
  const Time now = Clock::now();
  while (!timers_.empty() && timers_.top().when <= now) {
    const Timer due = timers_.top();
    timers_.pop();
    if (Guest* guest = find(due.id)) guest->on_time(due.kind);
  }
  gone_.clear();
}

}  // namespace patchbay::churn
