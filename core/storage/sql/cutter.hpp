// Cuts connections to a server that has stopped answering without closing them: it is frozen, or
// something between us and it keeps the connection and carries nothing. Whoever waits there then
// fails as with a server that has gone.
//
//   Cutter::Line line(cutter);         // of one connection
//   line.hold(socket);
//   line.begin();                      // a call that waits for the server
//   line.end();
//
// Thread-safe, with a thread of its own; a line's calls are its connection's thread's alone.

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "core/base/clock.hpp"

namespace patchbay::storage::sql {

class Cutter {
 public:
  class Line;

  // A call may take up to `patience`, which must be more than the server allows a statement.
  explicit Cutter(std::chrono::milliseconds patience);
  ~Cutter();
  Cutter(const Cutter&) = delete;
  Cutter& operator=(const Cutter&) = delete;

 private:
  void run();

  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<Line*> lines_;  // guarded by mutex_, and with them all that they hold
  bool closed_ = false;    // guarded by mutex_
  std::thread thread_;
};

class Cutter::Line {
 public:
  // `cutter` outlives the line; null: nobody cuts it.
  explicit Line(Cutter* cutter);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // -1 for a connection that has none. Replaces the one before.
  void hold(int socket);
  void let_go() { hold(-1); }

  // Calls may be within calls.
  void begin();
  void end();

 private:
  friend class Cutter;

  void wait_from(int change);

  Cutter* const cutter_;
  int own_ = -1;  // a descriptor of our own for the socket: the other may be closed and given anew
  int depth_ = 0;
  Time since_ = Time::max();  // somebody has been waiting
};

}  // namespace patchbay::storage::sql
