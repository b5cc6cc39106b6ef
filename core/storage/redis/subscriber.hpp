// Listens to one channel of Redis, on a connection of its own, as Redis wants it.
//
//   Subscriber orders(worker, address, "orders", [this](std::string message) { ... });
//
// Connects at once, and again whenever the connection was lost; what was published meanwhile is
// missed. Threads: as Client.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"
#include "core/storage/redis/client.hpp"

namespace patchbay::storage::redis {

class Subscriber {
 public:
  using OnMessage = std::function<void(std::string message)>;

  // Messages come in later turns. `on_message` may destroy the subscriber.
  Subscriber(reactor::Worker& worker, Address address, std::string channel, OnMessage on_message);
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // True while Redis has confirmed that messages come here.
  [[nodiscard]] bool subscribed() const { return subscribed_; }

 private:
  class Events;

  void came_up();
  void came_reply(Result<Reply> reply);
  void deliver();

  const std::string channel_;
  const OnMessage on_message_;
  bool subscribed_ = false;
  std::vector<std::string> messages_;  // to be told at the end of the turn
  reactor::Deferred tell_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<Connection> connection_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // expires with the subscriber
};

}  // namespace patchbay::storage::redis
