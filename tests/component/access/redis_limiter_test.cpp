#include "core/access/redis_limiter.hpp"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/on_workers.hpp"
#include "tests/support/redis_server.hpp"

namespace patchbay::access {
namespace {

using namespace std::chrono_literals;
using storage::redis::Client;

// One replica: a worker with a connection of its own.
class Replica {
 public:
  Replica(test::Workers& workers, unsigned worker, std::uint16_t port)
      : workers_(workers), worker_(worker) {
    storage::redis::Address address;
    address.port = port;
    on([&] {
      client_ = std::make_unique<Client>(workers_[worker_], address);
      limiter_ =
          std::make_unique<RedisLimiter>(workers_[worker_], *client_, std::make_shared<Outage>());
    });
  }
  ~Replica() {
    on([&] {
      limiter_.reset();
      client_.reset();
    });
  }

  std::future<Result<Verdict>> send(const std::string& key, const RateRule& rule) {
    auto promise = std::make_shared<std::promise<Result<Verdict>>>();
    auto future = promise->get_future();
    on([&] {
      limiter_->take(key, rule, alive_, [promise](Result<Verdict> verdict) {
        promise->set_value(std::move(verdict));
      });
    });
    return future;
  }

  Result<Verdict> take(const std::string& key, const RateRule& rule) {
    return send(key, rule).get();
  }

  bool allowed(const std::string& key, const RateRule& rule) {
    const auto verdict = take(key, rule);
    EXPECT_TRUE(verdict.has_value()) << verdict.error().message;
    return verdict && verdict->allowed;
  }

  bool away() {
    return workers_.run(worker_, [&] { return limiter_->away(); });
  }
  bool comes_back() {
    return workers_.until(worker_, [&] { return !limiter_->away(); });
  }
  void forget_asker() { alive_.reset(); }

 private:
  template <typename Work>
  void on(Work work) {
    workers_.run(worker_, work);
  }

  test::Workers& workers_;
  const unsigned worker_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<RedisLimiter> limiter_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

class RedisLimiterTest : public testing::Test {
 protected:
  test::RedisServer redis_;
  test::Workers workers_{2};
};

TEST_F(RedisLimiterTest, AllowsSoManyInAWindowAndTellsWhatIsLeft) {
  Replica replica(workers_, 0, redis_.port());
  const RateRule rule{.requests = 3, .window = 10min};
  for (std::int64_t left = 2; left >= 0; --left) {
    const auto verdict = replica.take("key:team", rule);
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_TRUE(verdict->allowed);
    EXPECT_EQ(verdict->limit, 3);
    EXPECT_EQ(verdict->remaining, left);
    EXPECT_GT(verdict->reset, 5min);
    EXPECT_LE(verdict->reset, 10min);
  }
  for (int i = 0; i < 3; ++i) {
    const auto verdict = replica.take("key:team", rule);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->allowed);
    EXPECT_EQ(verdict->remaining, 0);
    EXPECT_GT(verdict->reset, 5min);
    EXPECT_LE(verdict->reset, 10min);
  }
  EXPECT_TRUE(replica.allowed("key:other", rule)) << "everybody is counted alone";
}

TEST_F(RedisLimiterTest, LetsTheWindowSlide) {
  Replica replica(workers_, 0, redis_.port());
  const RateRule rule{.requests = 2, .window = 200ms};
  EXPECT_TRUE(replica.allowed("a", rule));
  EXPECT_TRUE(replica.allowed("a", rule));
  bool refused = !replica.allowed("a", rule);
  while (!replica.allowed("a", rule))
    refused = true;
  SUCCEED() << (refused ? "refused for a while" : "the machine was slow");
  EXPECT_TRUE(workers_.until(0, [&] { return redis_.ask("KEYS *") == "*0\r\n"; }))
      << "nothing stays behind";
}

TEST_F(RedisLimiterTest, HoldsOneLimitOverAllReplicas) {
  Replica one(workers_, 0, redis_.port());
  Replica two(workers_, 1, redis_.port());
  const RateRule rule{.requests = 25, .window = 10min};
  std::vector<std::future<Result<Verdict>>> verdicts;
  for (int i = 0; i < 40; ++i) {
    verdicts.push_back(one.send("address:10.0.0.1", rule));
    verdicts.push_back(two.send("address:10.0.0.1", rule));
  }
  int passed = 0;
  for (auto& verdict : verdicts) {
    const auto got = verdict.get();
    ASSERT_TRUE(got) << got.error().message;
    passed += got->allowed ? 1 : 0;
  }
  EXPECT_EQ(passed, 25);
}

TEST_F(RedisLimiterTest, HoldsToALowerLimitAtOnce) {
  Replica replica(workers_, 0, redis_.port());
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(replica.allowed("a", {.requests = 5, .window = 10min}));
  const auto verdict = replica.take("a", {.requests = 2, .window = 10min});
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->allowed);
  EXPECT_EQ(verdict->remaining, 0);
}

TEST_F(RedisLimiterTest, GoesOnWhereRedisForgotTheScript) {
  Replica replica(workers_, 0, redis_.port());
  const RateRule rule{.requests = 100, .window = 10min};
  EXPECT_TRUE(replica.allowed("a", rule));
  EXPECT_TRUE(replica.allowed("a", rule));
  EXPECT_EQ(redis_.ask("SCRIPT FLUSH"), "+OK\r\n");
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(replica.allowed("a", rule));
  EXPECT_FALSE(replica.away());
  EXPECT_EQ(replica.take("a", rule)->remaining, 100 - 6);
}

TEST_F(RedisLimiterTest, FailsWhileRedisIsAwayAndComesBackByItself) {
  Replica replica(workers_, 0, redis_.port());
  const RateRule rule{.requests = 100, .window = 10min};
  EXPECT_TRUE(replica.allowed("a", rule));
  redis_.kill();
  EXPECT_FALSE(replica.take("a", rule).has_value());
  EXPECT_TRUE(replica.away());
  redis_.start();
  EXPECT_TRUE(replica.comes_back());
  EXPECT_TRUE(replica.allowed("a", rule));
}

TEST_F(RedisLimiterTest, DoesNotWaitLongForARedisThatHangs) {
  Replica replica(workers_, 0, redis_.port());
  const RateRule rule{.requests = 100, .window = 10min};
  EXPECT_TRUE(replica.allowed("a", rule));
  redis_.freeze();
  const auto verdict = replica.take("a", rule);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(replica.away()) << "so that the next one does not wait at all";
  redis_.unfreeze();
  EXPECT_TRUE(replica.comes_back());
}

TEST_F(RedisLimiterTest, IsAwayWhereRedisTakesNothing) {
  Replica replica(workers_, 0, redis_.port());
  const RateRule rule{.requests = 100, .window = 10min};
  EXPECT_TRUE(replica.allowed("a", rule));
  EXPECT_EQ(redis_.ask("REPLICAOF 127.0.0.1 1"), "+OK\r\n");
  EXPECT_FALSE(replica.take("a", rule).has_value());
  EXPECT_TRUE(replica.away());
  EXPECT_EQ(redis_.ask("REPLICAOF NO ONE"), "+OK\r\n");
  EXPECT_TRUE(replica.comes_back());
}

TEST_F(RedisLimiterTest, TellsNobodyWhoHasGone) {
  Replica replica(workers_, 0, redis_.port());
  const RateRule rule{.requests = 100, .window = 10min};
  redis_.freeze();
  auto never = replica.send("a", rule);
  replica.forget_asker();
  redis_.unfreeze();
  EXPECT_TRUE(workers_.until(0, [&] { return redis_.ask("ZCARD patchbay:rate:a") == ":1\r\n"; }));
  EXPECT_THROW((void)never.get(), std::future_error) << "the promise went away unkept";
}

}  // namespace
}  // namespace patchbay::access
