#include "core/reactor/event_loop.hpp"

#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace patchbay::reactor {
namespace {

using Pistache::Polling::NotifyOn;

// Tags below 2^32 are Pistache's own (descriptor numbers); a watch's tag carries its generation,
// which is never zero, in the upper half.
constexpr std::uint64_t kTimerTag = (std::uint64_t{1} << 63) | 1;
constexpr std::uint64_t kMailTag = (std::uint64_t{1} << 63) | 2;
constexpr std::uint32_t kGenerationMask = 0x7FFF'FFFF;

// Deferred work may defer more; beyond this many rounds the rest waits for the next turn.
constexpr int kDeferredRoundsMax = 16;

Pistache::Flags<NotifyOn> flags_of(Interest interest) {
  Pistache::Flags<NotifyOn> flags(NotifyOn::None);
  if (interest == Interest::kRead || interest == Interest::kReadWrite)
    flags.setFlag(NotifyOn::Read);
  if (interest == Interest::kWrite || interest == Interest::kReadWrite) {
    flags.setFlag(NotifyOn::Write);
  }
  return flags;
}

Pistache::Polling::Tag tag_of(std::uint32_t slot, std::uint32_t generation) {
  return Pistache::Polling::Tag((std::uint64_t{generation} << 32) | slot);
}

void drain(int fd) {
  std::uint64_t count = 0;
  while (::read(fd, &count, sizeof(count)) > 0) {
  }
}

}  // namespace

EventLoop::~EventLoop() {
  if (timer_fd_ >= 0) ::close(timer_fd_);
  if (mail_fd_ >= 0) ::close(mail_fd_);
}

void EventLoop::registerPoller(Pistache::Polling::Epoll& poller) {
  poller_ = &poller;
  timer_fd_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  mail_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (timer_fd_ < 0 || mail_fd_ < 0) {
    throw std::system_error(errno, std::generic_category(), "event loop descriptors");
  }
  poller.addFd(timer_fd_, flags_of(Interest::kRead), Pistache::Polling::Tag(kTimerTag));
  poller.addFd(mail_fd_, flags_of(Interest::kRead), Pistache::Polling::Tag(kMailTag));
}

std::shared_ptr<Pistache::Aio::Handler> EventLoop::clone() const {
  auto loop = std::make_shared<EventLoop>(shared_);
  loop->index_ = static_cast<unsigned>(shared_->loops.size());
  loop->metrics_ = &shared_->metrics->worker(loop->index_);
  loop->activity_ = &loop->metrics_->loop.activity;
  shared_->loops.push_back(loop);
  return loop;
}

// One turn. Nothing may be thrown into Pistache: its thread function would terminate the process.
void EventLoop::onReady(const Pistache::Aio::FdSet& ready) {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  telemetry::Activity::here = activity_;
  const std::uint64_t first_beat = activity_->beat();
  now_ = Clock::now();
  bool mail = false;
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const auto& entry = ready[i];
    const std::uint64_t tag = entry.getTag().value();
    if (tag == kMailTag) {
      mail = true;
    } else if (tag == kTimerTag) {
      drain(timer_fd_);
      alarm_set_ = false;
    } else {
      dispatch(tag, {entry.isReadable(), entry.isWritable(), entry.isHangup()});
    }
  }
  if (mail) run_mail();
  run_timers();
  run_deferred();
  set_alarm();
  end_turn(first_beat);
}

void EventLoop::run_timers() {
  if (timers_.empty() || timers_.earliest() > now_) return;
  timers_.collect_due(now_);
  while (Timer* timer = timers_.take_due())
    guarded(TimerHeap::what(*timer), [&] { TimerHeap::fire(*timer); });
}

void EventLoop::end_turn(std::uint64_t first_beat) {
  const Clock::duration took = Clock::now() - now_;
  metrics_->loop.turns.observe(took);
  if (took > shared_->stalls->stall_after()) {
    shared_->stalls->turn_was_long(index_, first_beat, took);
  }
  activity_->rest();
}

void EventLoop::dispatch(std::uint64_t tag, Ready ready) {
  const auto slot = static_cast<std::uint32_t>(tag);
  const auto generation = static_cast<std::uint32_t>(tag >> 32);
  if (slot >= slots_.size()) return;
  if (slots_[slot].watch == nullptr || slots_[slot].generation != generation) return;
  Watch& watch = *slots_[slot].watch;
  guarded(what(watch), [&] { deliver(watch, ready); });
}

template <typename Work>
void EventLoop::guarded(const char* what, Work&& work) {
  activity_->begin(what);
  try {
    work();
  } catch (const std::exception& e) {
    if (shared_->on_fault) shared_->on_fault(e.what());
  } catch (...) {
    if (shared_->on_fault) shared_->on_fault("something that is not a std::exception");
  }
}

void EventLoop::post(std::function<void()> work, const char* what) {
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(mail_mutex_);
    first = mail_.empty();
    if (first) mail_since_ = Clock::now();
    mail_.push_back({std::move(work), what});
    metrics_->loop.mail_waiting.set_size(mail_.size());
  }
  if (first) wake();
}

void EventLoop::wake() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is woken anyway.
  [[maybe_unused]] const auto written = ::write(mail_fd_, &one, sizeof(one));
}

void EventLoop::run_mail() {
  drain(mail_fd_);
  {
    const std::lock_guard<std::mutex> lock(mail_mutex_);
    reading_.swap(mail_);
    metrics_->loop.mail_waiting.set(0);
    if (!reading_.empty()) metrics_->loop.mail_waits.observe(now_ - mail_since_);
  }
  for (auto& [work, what] : reading_) {
    guarded(what, work);
    work = nullptr;  // what it holds goes before the next one runs
  }
  reading_.clear();
}

void EventLoop::discard_mail() {
  std::vector<Mail> mail;
  {
    const std::lock_guard<std::mutex> lock(mail_mutex_);
    mail.swap(mail_);
  }
}

Status EventLoop::watch(Watch& watch, int fd, Interest interest) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  try {
    poller_->addFd(fd, flags_of(interest), tag_of(slot, slots_[slot].generation));
  } catch (const std::exception& e) {
    free_slots_.push_back(slot);
    return make_error(ErrorCode::kUnavailable, "cannot watch a socket", e.what());
  }
  slots_[slot].watch = &watch;
  attach(watch, fd, slot, interest);
  return ok();
}

void EventLoop::rewatch(Watch& watch, Interest interest) {
  const std::uint32_t slot = slot_of(watch);
  try {
    poller_->rearmFd(fd_of(watch), flags_of(interest), tag_of(slot, slots_[slot].generation));
  } catch (const std::exception& e) {
    if (shared_->on_fault) shared_->on_fault(e.what());
  }
  attach(watch, fd_of(watch), slot, interest);
}

void EventLoop::unwatch(Watch& watch) {
  const std::uint32_t slot = slot_of(watch);
  try {
    poller_->removeFd(fd_of(watch));
  } catch (const std::exception& e) {
    if (shared_->on_fault) shared_->on_fault(e.what());
  }
  slots_[slot].watch = nullptr;
  slots_[slot].generation = (slots_[slot].generation + 1) & kGenerationMask;
  if (slots_[slot].generation == 0) slots_[slot].generation = 1;
  free_slots_.push_back(slot);
  attach(watch, -1, 0, Interest::kNone);
}

void EventLoop::arm(Timer& timer, Time when) {
  timers_.put(timer, when);
  // Outside a turn (while the loop is being set up) nobody else would set the alarm.
  if (alarm_set_ && when < alarm_) set_alarm();
}

void EventLoop::disarm(Timer& timer) {
  timers_.remove(timer);
}

// The alarm is lazy: it is moved only to fire earlier. One that fires too early finds nothing due
// and is set anew, which is cheaper than a system call for every timer that moves.
void EventLoop::set_alarm() {
  if (timers_.empty()) return;
  const Time earliest = timers_.earliest();
  if (alarm_set_ && alarm_ <= earliest) return;
  const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::max(earliest, Time(std::chrono::nanoseconds(1))).time_since_epoch());
  itimerspec spec{};
  spec.it_value.tv_sec = static_cast<time_t>(since_epoch.count() / 1'000'000'000);
  spec.it_value.tv_nsec = static_cast<long>(since_epoch.count() % 1'000'000'000);
  ::timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &spec, nullptr);
  alarm_set_ = true;
  alarm_ = earliest;
}

void EventLoop::defer(Deferred& deferred) {
  scheduled(deferred) = true;
  position(deferred) = deferred_.size();
  deferred_.push_back(&deferred);
}

void EventLoop::undefer(Deferred& deferred) {
  scheduled(deferred) = false;
  const std::size_t at = position(deferred);
  if (at < deferred_.size() && deferred_[at] == &deferred) {
    deferred_[at] = nullptr;
  } else if (at < running_.size() && running_[at] == &deferred) {
    running_[at] = nullptr;
  }
}

void EventLoop::run_deferred() {
  for (int round = 0; !deferred_.empty(); ++round) {
    if (round == kDeferredRoundsMax) {
      wake();
      return;
    }
    running_.swap(deferred_);
    for (std::size_t i = 0; i < running_.size(); ++i) {
      Deferred* deferred = std::exchange(running_[i], nullptr);
      if (deferred == nullptr) continue;
      scheduled(*deferred) = false;
      guarded(what(*deferred), [&] { run(*deferred); });
    }
    running_.clear();
  }
}

}  // namespace patchbay::reactor
