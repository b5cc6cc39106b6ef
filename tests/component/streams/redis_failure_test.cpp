// Redis goes away, or a replica does.

#include "core/streams/redis_hub.hpp"
#include "tests/component/streams/stream_fixture.hpp"
#include "tests/support/redis_server.hpp"

namespace patchbay::streams {
namespace {

class RedisFailureTest : public StreamTest {
 protected:
  std::shared_ptr<RedisHub> replica() {
    storage::redis::Address address;
    address.port = server_.port();
    return make_hub<RedisHub>(address, Bounds{});
  }

  bool arrives(Hub& hub, unsigned worker, const std::string& id) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      if (find(hub, worker, "user:ada", id)) return true;
    }
    return false;
  }

  test::RedisServer server_;
};

TEST_F(RedisFailureTest, ALocalStreamGoesOnWhileRedisIsAwayAndOthersReadItOnceItIsBack) {
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 5));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  server_.kill();
  append(0, log, lines(6, 10));
  Ear& local = read(*here, 2, "one");
  ASSERT_TRUE(workers_.until(2, [&] { return local.frames == lines(1, 10); }));
  EXPECT_FALSE(find(*there, 1, "user:ada", "one"));
  server_.start();
  append(0, log, lines(11, 12));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& elsewhere = read(*there, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return elsewhere.frames == lines(1, 12); }));
  finish(0, log);
  EXPECT_TRUE(workers_.until(1, [&] { return elsewhere.ended; }));
  EXPECT_TRUE(workers_.until(2, [&] { return local.ended; }));
}

TEST_F(RedisFailureTest, AnIdleStreamComesBackToRedisToo) {
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 5));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  server_.kill();
  server_.start();
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& ear = read(*there, 1, "one", 2);
  EXPECT_TRUE(workers_.until(1, [&] { return ear.frames == lines(3, 5); }));
}

TEST_F(RedisFailureTest, AReaderElsewhereReadsOnAfterRedisWasAway) {
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 5));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& ear = read(*there, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return ear.caught_up && ear.frames == lines(1, 5); }));
  server_.kill();
  append(0, log, lines(6, 9));
  server_.start();
  append(0, log, line(10));
  ASSERT_TRUE(workers_.until(1, [&] { return ear.frames == lines(1, 10) || ear.over(); }));
  finish(0, log);
  ASSERT_TRUE(workers_.until(1, [&] { return ear.over(); }));
  EXPECT_TRUE(ear.ended);
  EXPECT_EQ(ear.frames, lines(1, 10));
}

TEST_F(RedisFailureTest, AStreamThatBeganWhileRedisHungArrivesLater) {
  const auto here = replica();
  const auto there = replica();
  ASSERT_FALSE(find(*here, 0, "user:ada", "connects"));
  server_.freeze();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 5));
  finish(0, log);
  Ear& local = read(*here, 2, "one");
  ASSERT_TRUE(workers_.until(2, [&] { return local.ended; })) << "nobody waits for Redis";
  server_.unfreeze();
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& ear = read(*there, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return ear.over(); }));
  EXPECT_TRUE(ear.ended);
  EXPECT_EQ(ear.frames, lines(1, 5));
}

TEST_F(RedisFailureTest, ReadersOfADeadWriterAreTold) {
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 5));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& waiting = read(*there, 1, "one");
  ASSERT_TRUE(
      workers_.until(1, [&] { return waiting.caught_up && waiting.frames == lines(1, 5); }));
  // As a process that is killed: what it has on its workers goes, and nobody says goodbye.
  leave(*here);
  ASSERT_TRUE(workers_.until(1, [&] { return waiting.over(); }));
  EXPECT_TRUE(waiting.lost);
  EXPECT_EQ(waiting.frames, lines(1, 5));
  Ear& later = read(*there, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return later.over(); }));
  EXPECT_TRUE(later.lost) << "what is there is told, and then that the rest is lost";
  EXPECT_EQ(later.frames, lines(1, 5));
  EXPECT_FALSE(stop(*there, 1, "user:ada", "one"));
}

// That nobody touches what has gone is for the sanitizers to say, and that it all ends for the
// fixture's own end, which waits for the workers.
TEST_F(RedisFailureTest, GoesWhileEverythingIsUnderWay) {
  const auto here = replica();
  const auto there = replica();
  for (int i = 0; i < 20; ++i) {
    const std::string id = "stream-" + std::to_string(i);
    append(0, open(*here, 0, id), lines(1, 50));
    read(*there, 1, id);
  }
  workers_.run(1, [&] {
    for (auto& [worker, ear] : ears_)
      ear->subscription.reset();
    there->leave(workers_[1]);
  });
  workers_.run(0, [&] {
    here->leave(workers_[0]);
    for (auto& [worker, log] : logs_)
      log->append(line(51));
  });
}

}  // namespace
}  // namespace patchbay::streams
