// Counts requests in Redis, so that replicas hold one limit together: a sorted set for each key,
// looked at and added to by one script that nothing interrupts, by Redis' own clock.
//
//   RedisLimiter limiter(worker, client, outage);
//   if (limiter.away()) return decide_without();
//   limiter.take("key:team", rule, alive_, [this](Result<Verdict> verdict) { ... });
//
// When Redis does not answer, that is said once by the Outage, and no more requests wait for it:
// away() stays true until it has answered a question that is asked every second.
//
// Threads: everything on the worker; the Outage is shared by the limiters of all workers.

#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/access/rate_limit.hpp"
#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"
#include "core/storage/redis/client.hpp"

namespace patchbay::access {

// How many workers are without Redis, and the word about it: once when the first one is, and once
// when none is any more. Any thread.
class Outage {
 public:
  void begin(const Error& why);
  void end();

 private:
  std::mutex mutex_;
  int workers_ = 0;  // guarded by mutex_
};

class RedisLimiter {
 public:
  // The worker and the client must outlive it.
  RedisLimiter(reactor::Worker& worker,
               storage::redis::Client& client,
               std::shared_ptr<Outage> outage);
  ~RedisLimiter();
  RedisLimiter(const RedisLimiter&) = delete;
  RedisLimiter& operator=(const RedisLimiter&) = delete;

  // Whether Redis did not answer when last asked.
  [[nodiscard]] bool away() const { return away_; }

  using Then = std::function<void(Result<Verdict>)>;

  // Counts a request if it is allowed. `then` is called in a later turn, within about a second, and
  // not at all once `alive` has expired. Fails with what Client::command() fails with.
  void take(const std::string& key, const RateRule& rule, std::weak_ptr<void> alive, Then then);

 private:
  void run(const std::string& key, const RateRule& rule, std::weak_ptr<void> alive, Then then);
  void evaluate(const std::string& key, const RateRule& rule, std::weak_ptr<void> alive, Then then);
  void load_script();
  void told(const Result<Verdict>& verdict);
  void probe();

  storage::redis::Client& client_;
  const std::shared_ptr<Outage> outage_;
  bool away_ = false;
  std::string digest_;  // of the script, as Redis told it; "" while it does not have it
  bool loading_ = false;
  reactor::Timer probe_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace patchbay::access
