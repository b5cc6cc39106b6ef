// What running answers have said so far, for readers that come later: a client that lost its
// connection, a second tab, another replica's client. And the way to have an answer stopped from
// anywhere.
//
// Writing, on the worker of the answer:
//
//   log_ = hub.open(worker, {.id = version_id, .owner = principal.owner,
//                            .conversation_id = conversation_id, .protocol = "data-stream",
//                            .content_type = "text/event-stream", .lines = true},
//                   {.stop = [this] { stop(); }});   // may come in any later turn
//   ...
//   std::string out;                                 // for each event of the answer
//   encoder_->on_event(event, out);
//   log_->append(out);                               // the same bytes that the client gets
//   if (client_is_there) exchange_->write(out);      // keep-alives go to the client alone
//   ...
//   log_->finish();                                  // after the last frame; or destroy the log
//   if (client_left && log_->readers() == 0) grace_.arm(rules.resume_grace);
//
// A frame is what a client counts: an event of an event stream (with its empty line), or a line of
// a line protocol. Keep-alives (comments, empty lines) are never appended. Frames are numbered from
// 1 on; a reader asks for those after a number.
//
// Bounded: a log keeps its last frames, up to Bounds::bytes; a reader that asks for frames that are
// gone is told so. A finished log is kept for Bounds::keep_finished.
//
// Two kinds: in memory (one process), and in Redis (every replica). In both a log is kept in its
// writer's memory, and local readers read it there; appending never waits for anything.
//
// The hub must outlive its logs and subscriptions. An id is 1 to 64 letters, digits, "-" and "_";
// no other is ever found.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/reactor/worker.hpp"

namespace patchbay::streams {

struct Bounds {
  std::size_t bytes = 4 * 1024 * 1024;  // of one log
  std::size_t total_bytes =
      256 * 1024 * 1024;  // of all logs of this process: the oldest finished go
  std::chrono::milliseconds keep_finished{60'000};
};

struct Description {
  std::string id = {};     // the id of the stored version that the answer fills
  std::string owner = {};  // access::Principal::owner; nobody else finds it
  std::string conversation_id = {};
  std::string protocol = {};      // what the frames are: "data-stream", "ui-message-stream", ...
  std::string content_type = {};  // of the answer
  bool lines = false;             // frames are lines; else events of an event stream
};

// The writing end; on the worker it was opened on. Destroying it unfinished finishes it.
class Log {
 public:
  virtual ~Log() = default;

  // Complete frames of the protocol, one or several.
  virtual void append(std::string_view frames) = 0;
  virtual void finish() = 0;

  // How many clients read it from the hub now, in this process or any other as far as is known: all
  // those elsewhere count as one, for some seconds after the last has gone.
  [[nodiscard]] virtual std::size_t readers() const = 0;
};

// What others ask of who writes a log. On its worker, in later turns than open(), and not after the
// log is gone.
struct Orders {
  std::function<void()> stop;  // at most once
  // Another answer wants its place: ends it unless somebody reads it. True: it ends. May be asked
  // again. Null: it never ends so.
  std::function<bool()> give_way = nullptr;
};

// The reading end. Calls come on the reader's worker, in later turns than read().
class Listener {
 public:
  virtual ~Listener() = default;

  // Frames in their order; `first` is the number of the first of them.
  virtual void on_frames(std::uint64_t first, std::string_view frames) = 0;
  // What there is has been told, and more may come. Once, unless on_end() or on_lost() come first:
  // so a reader knows before its first frame what it can promise.
  virtual void on_caught_up() {}
  virtual void on_end() = 0;
  // The frames asked for are no longer kept, or the connection to them was lost. Nothing follows.
  virtual void on_lost() = 0;
};

// Destroying it ends the reading.
class Subscription {
 public:
  virtual ~Subscription() = default;

  // False pauses: the listener has no room; true goes on.
  virtual void set_wanted(bool wanted) = 0;
};

class Hub {
 public:
  virtual ~Hub() = default;

  // Begins a log. `orders` come on `worker`.
  virtual std::unique_ptr<Log> open(reactor::Worker& worker,
                                    Description description,
                                    Orders orders) = 0;

  // The stream of that id if it is the owner's and its log is still there. `then` is called on
  // `worker` in a later turn, unless `alive` has expired by then.
  virtual void find(reactor::Worker& worker,
                    const std::string& owner,
                    const std::string& id,
                    std::weak_ptr<void> alive,
                    std::function<void(std::optional<Description>)> then) = 0;

  // Reads the frames after number `after` (0: all) and those that come. The listener must outlive
  // the subscription.
  virtual std::unique_ptr<Subscription> read(reactor::Worker& worker,
                                             const std::string& id,
                                             std::uint64_t after,
                                             Listener& listener) = 0;

  // Asks for a stream to be stopped; true when somebody was there to be asked.
  virtual void stop(reactor::Worker& worker,
                    const std::string& owner,
                    const std::string& id,
                    std::weak_ptr<void> alive,
                    std::function<void(bool)> then) = 0;

  // Asks a stream to end unless somebody reads it (Orders::give_way); true when it does.
  virtual void give_way(reactor::Worker& worker,
                        const std::string& owner,
                        const std::string& id,
                        std::weak_ptr<void> alive,
                        std::function<void(bool)> then) = 0;

  // What the hub keeps on that worker (timers, connections) goes. Called on it before it ends, when
  // all logs and subscriptions there are gone; whoever used the hub there owes it this call.
  virtual void leave(reactor::Worker& worker) = 0;
};

// Whether a stream may have this id; what is asked of a hub with any other is not found.
[[nodiscard]] bool is_stream_id(std::string_view id);

}  // namespace patchbay::streams
