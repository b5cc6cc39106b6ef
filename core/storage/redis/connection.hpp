// A connection to Redis that greets (AUTH, SELECT, PING) before it is of use, and that comes back
// when it was lost.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"
#include "core/storage/redis/client.hpp"
#include "core/storage/redis/link.hpp"
#include "core/storage/redis/lookup.hpp"

namespace patchbay::storage::redis {

class Connection : public Link::Events {
 public:
  // None of these may destroy the connection.
  class Events {
   public:
    virtual ~Events() = default;

    virtual void on_up() = 0;
    virtual void on_reply(Result<Reply> reply) = 0;
    // It was lost, or an attempt failed; the next one follows by itself.
    virtual void on_down(const Error& why) = 0;
  };

  Connection(reactor::Worker& worker,
             Address address,
             std::chrono::milliseconds connect_timeout,
             const char* name,
             Events& events);
  ~Connection() override;

  // Begins, unless it has.
  void start();

  [[nodiscard]] bool up() const { return state_ == State::kUp; }

  // True from a failure until it is up again.
  [[nodiscard]] bool failing() const { return failing_; }

  // REQUIRES: up().
  void send(const std::vector<std::string>& arguments) { link_->send(arguments); }

  // Ends what there is, as something about it is wrong, and begins anew later.
  void give_up(const Error& why);

 private:
  enum class State { kIdle, kLooking, kConnecting, kGreeting, kRefused, kUp, kResting };

  void on_open() override;
  void on_reply(Result<Reply> reply) override;
  void on_lost(const Error& why) override { give_up(why); }

  void attempt();
  void look();
  void connect(const std::string& address);
  void come_up();
  void time_passed();

  reactor::Worker& worker_;
  const Address address_;
  const std::chrono::milliseconds connect_timeout_;
  const char* const name_;
  Events& events_;
  State state_ = State::kIdle;
  bool failing_ = false;
  std::size_t greetings_ = 0;  // that were not answered yet
  Error refusal_;              // why in kRefused
  std::chrono::milliseconds rest_;
  std::size_t attempts_ = 0;
  std::unique_ptr<Lookup> lookup_;
  std::unique_ptr<Link> link_;
  reactor::Timer timer_;  // of what `state_` waits for
};

}  // namespace patchbay::storage::redis
