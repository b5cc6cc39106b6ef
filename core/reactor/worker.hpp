// One event loop on one thread, and what may be waited for on it: file descriptors, time, the end
// of the current turn, and messages from other threads.
//
// A worker owns everything of the connections that live on it: nothing else touches their sockets.
// A *turn* is one wake-up of the loop: ready descriptors are served, then posted work, then timers
// that are due, then what was deferred. Work that many events of a turn ask for (a flush) is
// deferred and so happens once.
//
//   Watch watch(worker, [&](Ready ready) { if (ready.readable) read_some(); });
//   watch.start(fd, Interest::kRead);
//   Timer timer(worker, [&] { give_up(); });
//   timer.arm(std::chrono::seconds(5));
//
// Whatever runs on a worker has a name, a few words that live as long as the process ("client
// connection"). When something runs for too long, that is what the log calls it.
//
// Level-triggered: a descriptor that stays readable is reported every turn.
//
// Threads: every function here but Worker::post() is called on the worker's own thread.
// Exceptions: callbacks must not throw; one that does is reported to Reactor::Options::on_fault,
// and the loop goes on.
// A callback may destroy the handle that called it, if it touches nothing of its own afterwards.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/telemetry/worker_metrics.hpp"

namespace patchbay::reactor {

class Worker;

enum class Interest : std::uint8_t { kNone, kRead, kWrite, kReadWrite };

struct Ready {
  bool readable = false;
  bool writable = false;
  bool hangup = false;  // both directions are gone, or the socket failed
};

// Tells when a descriptor can be read or written. Does not own the descriptor: stop() (or the
// destructor) must come before ::close().
class Watch {
 public:
  using Callback = std::function<void(Ready)>;

  Watch(Worker& worker, Callback on_ready, const char* what = "a watch")
      : worker_(worker), on_ready_(std::move(on_ready)), what_(what) {}
  ~Watch() { stop(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Begins watching. Fails with kUnavailable when the kernel refuses (out of memory or watches).
  // REQUIRES: !started().
  Status start(int fd, Interest interest);

  // Changes what is waited for; no system call when nothing changes. A hang-up is always reported.
  void set(Interest interest);

  // Ends watching. Events of the current turn that were not delivered yet are dropped.
  void stop();

  [[nodiscard]] bool started() const { return fd_ >= 0; }
  [[nodiscard]] Interest interest() const { return interest_; }

 private:
  friend class Worker;

  Worker& worker_;
  Callback on_ready_;
  const char* const what_;
  int fd_ = -1;
  std::uint32_t slot_ = 0;
  Interest interest_ = Interest::kNone;
};

// Calls back once after a while. Arming and cancelling cost no system call and no allocation in
// the common case. Resolution: one millisecond, never early.
class Timer {
 public:
  using Callback = std::function<void()>;

  Timer(Worker& worker, Callback on_due, const char* what = "a timer")
      : worker_(worker), on_due_(std::move(on_due)), what_(what) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void arm(Clock::duration after);  // an armed timer is moved
  void arm_at(Time when);
  void cancel();
  [[nodiscard]] bool armed() const { return position_ != kNotArmed; }
  [[nodiscard]] Time due() const { return due_; }

 private:
  friend class TimerHeap;
  static constexpr std::size_t kNotArmed = ~std::size_t{0};

  Worker& worker_;
  Callback on_due_;
  const char* const what_;
  Time due_{};
  std::size_t position_ = kNotArmed;  // in the worker's heap
};

// Runs a function once at the end of the turn in which it was scheduled, however often that was.
class Deferred {
 public:
  using Callback = std::function<void()>;

  Deferred(Worker& worker, Callback run, const char* what = "the end of a turn")
      : worker_(worker), run_(std::move(run)), what_(what) {}
  ~Deferred() { cancel(); }
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

  void schedule();
  void cancel();

 private:
  friend class Worker;

  Worker& worker_;
  Callback run_;
  const char* const what_;
  bool scheduled_ = false;
  std::size_t position_ = 0;
};

class Worker {
 public:
  virtual ~Worker() = default;

  // Runs `work` on this worker's thread in one of its next turns, in the order posted.
  // Thread-safe. After the reactor has stopped, the work is dropped unrun.
  virtual void post(std::function<void()> work, const char* what) = 0;
  void post(std::function<void()> work) { post(std::move(work), "posted work"); }

  // The time at the start of this turn: cheap, and the same for everything in the turn.
  [[nodiscard]] virtual Time now() const = 0;

  // Where everything on this worker counts; see there for who may do so.
  virtual telemetry::WorkerMetrics& metrics() = 0;

  // From 0; also the worker's name in logs.
  [[nodiscard]] virtual unsigned index() const = 0;

  // True on the worker's own thread.
  [[nodiscard]] virtual bool on_this_thread() const = 0;

 protected:
  friend class Watch;
  friend class Timer;
  friend class Deferred;

  virtual Status watch(Watch& watch, int fd, Interest interest) = 0;
  virtual void rewatch(Watch& watch, Interest interest) = 0;
  virtual void unwatch(Watch& watch) = 0;
  virtual void arm(Timer& timer, Time when) = 0;
  virtual void disarm(Timer& timer) = 0;
  virtual void defer(Deferred& deferred) = 0;
  virtual void undefer(Deferred& deferred) = 0;

  // What implementations may touch of the handles.
  static void attach(Watch& watch, int fd, std::uint32_t slot, Interest interest) {
    watch.fd_ = fd;
    watch.slot_ = slot;
    watch.interest_ = interest;
  }
  static int fd_of(const Watch& watch) { return watch.fd_; }
  static std::uint32_t slot_of(const Watch& watch) { return watch.slot_; }
  static const char* what(const Watch& watch) { return watch.what_; }
  static const char* what(const Deferred& deferred) { return deferred.what_; }
  static void deliver(Watch& watch, Ready ready) { watch.on_ready_(ready); }
  static bool& scheduled(Deferred& deferred) { return deferred.scheduled_; }
  static std::size_t& position(Deferred& deferred) { return deferred.position_; }
  static void run(Deferred& deferred) { deferred.run_(); }
};

}  // namespace patchbay::reactor
