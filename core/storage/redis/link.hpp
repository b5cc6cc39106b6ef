// One connection to Redis, with a worker's loop under it: commands go out, answers come back, and
// at some time it is lost. Greeting, time-outs and coming back are connection.hpp's.
//
// Of hiredis it uses what connects without blocking, writes commands and reads answers. Its
// asynchronous layer is left alone: that asserts that every answer was asked for, and so a server
// that is not Redis could end the process.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"
#include "core/storage/redis/client.hpp"

struct redisContext;

namespace patchbay::storage::redis {

class Link {
 public:
  class Events {
   public:
    virtual ~Events() = default;

    virtual void on_open() = 0;
    // To commands in their order; messages of channels as they come.
    virtual void on_reply(Result<Reply> reply) = 0;
    // Nothing follows. The link may be destroyed in here, and in none of the others.
    virtual void on_lost(const Error& why) = 0;
  };

  // Both must outlive the link.
  Link(reactor::Worker& worker, Events& events);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // `address` is numeric: names are looked up blocking in there.
  Status open(const std::string& address, std::uint16_t port);

  // What cannot be sent any more is dropped; on_lost() follows.
  void send(const std::vector<std::string>& arguments);

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };

  void become_ready(reactor::Ready ready);
  [[nodiscard]] Status finish_connecting();
  [[nodiscard]] Status read();
  [[nodiscard]] Status write();
  [[nodiscard]] Error failure() const;

  Events& events_;
  std::unique_ptr<redisContext, Free> context_;
  bool connecting_ = true;
  reactor::Watch watch_;  // stops before the context closes the socket
};

}  // namespace patchbay::storage::redis
