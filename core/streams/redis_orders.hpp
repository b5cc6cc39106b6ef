// Asks whoever writes a stream, on whichever replica, to end it.
//
// Threads: everything on the worker.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/storage/redis/client.hpp"

namespace patchbay::streams {

class RedisOrders {
 public:
  // `name` is where this worker is answered, among those of all replicas. All outlive the orders.
  RedisOrders(reactor::Worker& worker, storage::redis::Client& client, std::string name);
  RedisOrders(const RedisOrders&) = delete;
  RedisOrders& operator=(const RedisOrders&) = delete;
  ~RedisOrders() = default;

  // As in Hub. While Redis is away nobody is there; who does not answer does not give way.
  void stop(const std::string& owner,
            const std::string& id,
            std::weak_ptr<void> alive,
            std::function<void(bool)> then);
  void give_way(const std::string& owner,
                const std::string& id,
                std::weak_ptr<void> alive,
                std::function<void(bool)> then);

  // What the writer of the stream said to give_way().
  void answered(const std::string& id, bool ends);

 private:
  // Somebody who waits for that.
  struct Asked {
    std::string id;
    std::weak_ptr<void> alive;
    std::function<void(bool)> then;
    Time until{};
  };

  void send(const std::string& owner,
            const std::string& id,
            std::weak_ptr<void> alive,
            std::string order,
            std::function<void(bool heard)> then);
  void settle(const std::function<bool(const Asked&)>& which, bool ends);
  void on_unanswered();

  reactor::Worker& worker_;
  storage::redis::Client& client_;
  const std::string name_;
  std::vector<Asked> asked_;  // in the order of their `until`
  reactor::Timer unanswered_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // expires with the orders
};

}  // namespace patchbay::streams
