// The hub of all processes that share a Redis: each keeps what it writes in its own memory, where
// its own readers find it, and takes it to Redis for those of the others (redis_names.hpp).
//
// While Redis is away, this process's streams go on as with a hub in memory; others' are not found.
// A stream whose writer died ends with on_lost() for its readers, within a quarter of a minute.

#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/storage/redis/client.hpp"
#include "core/streams/hub.hpp"
#include "core/streams/memory_hub.hpp"

namespace patchbay::streams {

class RedisHub final : public Hub {
 public:
  RedisHub(storage::redis::Address address, Bounds bounds);
  ~RedisHub() override;

  std::unique_ptr<Log> open(reactor::Worker& worker,
                            Description description,
                            Orders orders) override;
  void find(reactor::Worker& worker,
            const std::string& owner,
            const std::string& id,
            std::weak_ptr<void> alive,
            std::function<void(std::optional<Description>)> then) override;
  std::unique_ptr<Subscription> read(reactor::Worker& worker,
                                     const std::string& id,
                                     std::uint64_t after,
                                     Listener& listener) override;
  void stop(reactor::Worker& worker,
            const std::string& owner,
            const std::string& id,
            std::weak_ptr<void> alive,
            std::function<void(bool)> then) override;
  void give_way(reactor::Worker& worker,
                const std::string& owner,
                const std::string& id,
                std::weak_ptr<void> alive,
                std::function<void(bool)> then) override;
  void leave(reactor::Worker& worker) override;

 private:
  class Place;
  class SharedLog;

  std::shared_ptr<Place> place_on(reactor::Worker& worker);

  const storage::redis::Address address_;
  const Bounds bounds_;
  const std::string name_;  // this process's among all that share the Redis
  MemoryHub local_;

  std::mutex mutex_;
  std::unordered_map<reactor::Worker*, std::shared_ptr<Place>> places_;  // guarded by mutex_
};

}  // namespace patchbay::streams
