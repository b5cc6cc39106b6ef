// A connection to Redis for commands and their answers, all in a worker's loop.
//
//   redis::Client redis(worker, address);
//   redis.command({"INCR", "visits"}, alive_, [this](Result<redis::Reply> reply) {
//     if (!reply) return pass();           // Redis is optional: it may be down at any time
//     count(reply->integer);
//   });
//
// Connects at the first command, and again by itself when the connection was lost: after 100 ms at
// first, after 5 s at most. While it is down, commands fail at once.
//
// Threads: everything on the worker's own thread, the destructor included; it must come before the
// worker ends.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/redis_address.hpp"
#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"

namespace patchbay::storage::redis {

using Address = RedisAddress;

// See parse_redis_url().
inline Result<Address> parse_url(std::string_view text) {
  return parse_redis_url(text);
}

// An answer of Redis that is not an error. Status replies ("OK") are texts.
struct Reply {
  enum class Kind { kNil, kInteger, kText, kList };
  Kind kind = Kind::kNil;
  std::int64_t integer = 0;
  std::string text = {};
  std::vector<Reply> items = {};

  [[nodiscard]] bool is_nil() const { return kind == Kind::kNil; }
};

class Connection;

class Client {
 public:
  struct Options {
    std::chrono::milliseconds command_timeout{1'000};  // then the connection is given up
    std::chrono::milliseconds connect_timeout{1'000};
    const char* name = "redis";  // what the log calls it; a static text
  };

  // The worker must outlive the client.
  Client(reactor::Worker& worker, Address address);
  Client(reactor::Worker& worker, Address address, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  using Then = std::function<void(Result<Reply>)>;

  // Sends a command: its name and its arguments, which may hold any bytes. Commands are carried out
  // in the order they were given.
  //
  // `then` is called once, never from inside this call, mostly in a later turn of the worker; not
  // at all once `alive` has expired or the client is gone. It may destroy the client.
  //
  //   kUnavailable  there is no connection, it was lost, or too much waits for an answer; and where
  //                 Redis says that it cannot just now (LOADING, READONLY, OOM, NOAUTH, ...)
  //   kTimeout      no answer within a second. The connection is given up then, as nothing tells
  //                 a slow Redis from one that is gone.
  //   kInvalid      Redis refused the command; `detail` is what it said ("NOSCRIPT ...").
  //
  // After kTimeout, and kUnavailable where the connection was lost, the command may have been
  // carried out all the same.
  void command(std::vector<std::string> arguments, std::weak_ptr<void> alive, Then then);

  // True when a command would be sent at once.
  [[nodiscard]] bool connected() const;

  // Called in a later turn, each time the connection has come about anew.
  void on_connected(std::function<void()> callback);

 private:
  class Events;
  struct Pending {
    std::weak_ptr<void> alive;
    Then then;
    Time due{};
    std::size_t bytes = 0;
  };
  struct Waiting {  // for the first connection
    std::vector<std::string> arguments;
    Pending pending;
  };
  struct Answer {
    Pending pending;
    Result<Reply> reply;
  };

  void send(std::vector<std::string> arguments, Pending pending);
  void answer(Pending pending, Result<Reply> reply);
  void came_up();
  void came_reply(Result<Reply> reply);
  void went_down(const Error& error);
  void deliver();
  void watch_time();
  void too_late();

  reactor::Worker& worker_;
  const Options options_;
  std::deque<Waiting> waiting_;
  std::deque<Pending> pending_;  // sent, in their order
  std::size_t pending_bytes_ = 0;
  std::vector<Answer> answers_;  // to be told at the end of the turn
  std::function<void()> on_connected_;
  bool tell_connected_ = false;
  reactor::Timer due_;
  reactor::Deferred tell_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<Connection> connection_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // expires with the client
};

}  // namespace patchbay::storage::redis
