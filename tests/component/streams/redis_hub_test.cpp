// Two hubs as two replicas, and a real Redis between them.

#include "core/streams/redis_hub.hpp"

#include "tests/component/streams/stream_fixture.hpp"
#include "tests/support/redis_server.hpp"

namespace patchbay::streams {
namespace {

using namespace std::chrono_literals;

class RedisHubTest : public StreamTest {
 protected:
  std::shared_ptr<RedisHub> replica(Bounds bounds = {}) {
    storage::redis::Address address;
    address.port = server_.port();
    return make_hub<RedisHub>(address, bounds);
  }

  // Until a stream that was opened on another replica can be found; taking it there is not waited
  // for.
  bool arrives(Hub& hub, unsigned worker, const std::string& id) {
    for (int i = 0; i < 10'000; ++i) {
      if (find(hub, worker, "user:ada", id)) return true;
    }
    return false;
  }

  test::RedisServer server_;
};

TEST_F(RedisHubTest, AStreamIsReadOnAnotherReplica) {
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 5));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  const auto found = find(*there, 1, "user:ada", "one");
  EXPECT_EQ(found->conversation_id, "conversation");
  EXPECT_EQ(found->protocol, "data-stream");
  EXPECT_EQ(found->content_type, "text/event-stream");
  EXPECT_TRUE(found->lines);
  Ear& all = read(*there, 1, "one");
  Ear& rest = read(*there, 2, "one", 3);
  ASSERT_TRUE(workers_.until(1, [&] { return all.caught_up; }));
  ASSERT_TRUE(workers_.until(2, [&] { return rest.caught_up; }));
  for (std::uint64_t i = 6; i <= 40; ++i)
    append(0, log, line(i));
  ASSERT_TRUE(workers_.until(1, [&] { return all.frames == lines(1, 40); }));
  finish(0, log);
  ASSERT_TRUE(workers_.until(1, [&] { return all.ended; }));
  ASSERT_TRUE(workers_.until(2, [&] { return rest.ended; }));
  EXPECT_EQ(rest.frames, lines(4, 40));
  EXPECT_EQ(rest.first, 4U);
}

TEST_F(RedisHubTest, NobodyElseFindsOrStopsItFromAnotherReplica) {
  const auto here = replica();
  const auto there = replica();
  bool stopped = false;
  open(*here, 0, "one", [&] { stopped = true; });
  ASSERT_TRUE(arrives(*there, 1, "one"));
  EXPECT_FALSE(find(*there, 1, "user:eve", "one"));
  EXPECT_FALSE(find(*there, 1, "", "one"));
  EXPECT_FALSE(stop(*there, 1, "user:eve", "one"));
  EXPECT_FALSE(stop(*there, 1, "user:ada", "another"));
  for (const char* id : {"one:frames", "*", "one\r\nFLUSHALL\r\n"})
    EXPECT_FALSE(find(*there, 1, "user:ada", id)) << id;
  workers_.run(0, [] {});
  EXPECT_FALSE(stopped);
}

TEST_F(RedisHubTest, AnotherReplicaStopsIt) {
  const auto here = replica();
  const auto there = replica();
  int stops = 0;
  Log& log = open(*here, 0, "one", [&] { ++stops; });
  ASSERT_TRUE(arrives(*there, 1, "one"));
  // True only once somebody listens, which the first stream of a worker begins with.
  while (!stop(*there, 1, "user:ada", "one")) {
  }
  EXPECT_TRUE(workers_.until(0, [&] { return stops == 1; }));
  finish(0, log);
  Ear& ear = read(*there, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return ear.ended; }));
  EXPECT_FALSE(stop(*there, 1, "user:ada", "one"));
}

TEST_F(RedisHubTest, GivesWayToAnotherReplicaUnlessSomebodyReadsIt) {
  const auto here = replica();
  const auto there = replica();
  Log* log = nullptr;
  log = &open(
      *here, 0, "one", [] {}, [&] { return log->readers() == 0; });
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& ear = read(*there, 2, "one");
  ASSERT_TRUE(workers_.until(0, [&] { return log->readers() == 1; }));
  EXPECT_FALSE(give_way(*there, 1, "user:ada", "one"));
  EXPECT_FALSE(give_way(*here, 1, "user:ada", "one"));
  EXPECT_FALSE(give_way(*there, 1, "user:eve", "one"));
  workers_.run(2, [&] { ear.subscription.reset(); });
  ASSERT_TRUE(workers_.until(0, [&] { return log->readers() == 0; })) << "who leaves says so";
  // False as well while the asker does not hear yet what it is answered.
  while (!give_way(*there, 1, "user:ada", "one")) {
  }
  EXPECT_TRUE(give_way(*here, 1, "user:ada", "one"));
  EXPECT_FALSE(give_way(*there, 1, "user:eve", "one"));
}

TEST_F(RedisHubTest, AWriterThatIsGoneDoesNotGiveWay) {
  const auto here = replica();
  const auto there = replica();
  open(
      *here, 0, "one", [] {}, [] { return true; });
  ASSERT_TRUE(arrives(*there, 1, "one"));
  EXPECT_EQ(server_.ask("HSET patchbay:stream:one writer somebody.else"), ":0\r\n");
  EXPECT_FALSE(give_way(*there, 1, "user:ada", "one"));
}

TEST_F(RedisHubTest, AFinishedStreamIsReadElsewhereAndThenGone) {
  const auto here = replica({.keep_finished = 4'000ms});
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 9));
  finish(0, log);
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& ear = read(*there, 1, "one", 4);
  ASSERT_TRUE(workers_.until(1, [&] { return ear.over(); }));
  Ear& nothing_left = read(*there, 1, "one", 9);
  Ear& too_far = read(*there, 1, "one", 900);
  ASSERT_TRUE(workers_.until(1, [&] { return nothing_left.over() && too_far.over(); }));
  EXPECT_TRUE(ear.ended && nothing_left.ended && too_far.ended);
  EXPECT_EQ(ear.frames, lines(5, 9));
  EXPECT_EQ(nothing_left.frames, "");
  while (find(*there, 1, "user:ada", "one")) {
  }
  EXPECT_EQ(server_.ask("EXISTS patchbay:stream:one patchbay:stream:one:frames"), ":0\r\n");
}

TEST_F(RedisHubTest, AReaderThatWantsWhatNeverComesIsToldOfTheEnd) {
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, lines(1, 9));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& too_far = read(*there, 1, "one", 900);
  ASSERT_TRUE(workers_.until(1, [&] { return too_far.caught_up; }));
  finish(0, log);
  ASSERT_TRUE(workers_.until(1, [&] { return too_far.over(); }));
  EXPECT_TRUE(too_far.ended);
  EXPECT_EQ(too_far.frames, "");
}

TEST_F(RedisHubTest, AReaderThatIsSlowerThanTheWriterGetsAll) {
  constexpr std::uint64_t kLines = 300;
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  append(0, log, line(1));
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& ear = read_slowly(*there, 1, "one");
  for (std::uint64_t i = 2; i <= kLines; ++i)
    workers_.run(0, [&] { log.append(line(i)); });
  finish(0, log);
  while (!workers_.run(1, [&] { return ear.over(); })) {
    const int calls = workers_.run(1, [&] { return ear.calls; });
    workers_.run(1, [&] { ear.subscription->set_wanted(true); });
    ASSERT_TRUE(workers_.until(1, [&] { return ear.calls > calls || ear.over(); }));
    EXPECT_LE(workers_.run(1, [&] { return ear.calls; }), calls + 1);
  }
  EXPECT_TRUE(ear.ended);
  EXPECT_EQ(ear.frames, lines(1, kLines));
}

TEST_F(RedisHubTest, KeepsNoMoreInRedisThanInMemory) {
  const auto here = replica({.bytes = 10'000});
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  for (std::uint64_t i = 1; i <= 5'000; ++i)
    append(0, log, line(i));
  finish(0, log);
  ASSERT_TRUE(arrives(*there, 1, "one"));
  Ear& end = read(*there, 1, "one", 4'990);
  ASSERT_TRUE(workers_.until(1, [&] { return end.over(); }));
  EXPECT_TRUE(end.ended);
  EXPECT_EQ(end.frames, lines(4'991, 5'000));
  Ear& start = read(*there, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return start.over(); }));
  EXPECT_TRUE(start.lost);
  EXPECT_EQ(start.frames, "");
}

TEST_F(RedisHubTest, TheWriterKnowsOfReadersElsewhere) {
  const auto here = replica();
  const auto there = replica();
  Log& log = open(*here, 0, "one");
  ASSERT_TRUE(arrives(*there, 1, "one"));
  EXPECT_EQ(workers_.run(0, [&] { return log.readers(); }), 0U);
  read(*there, 1, "one");
  EXPECT_TRUE(workers_.until(0, [&] { return log.readers() == 1; }));
}

TEST_F(RedisHubTest, ManyReadersElsewhereShareAConnection) {
  constexpr unsigned kStreams = 12;
  const auto here = replica();
  const auto there = replica();
  std::vector<Log*> logs;
  std::vector<Ear*> ears;
  for (unsigned i = 0; i < kStreams; ++i) {
    logs.push_back(&open(*here, 0, "stream-" + std::to_string(i)));
    append(0, *logs.back(), line(1));
    ASSERT_TRUE(arrives(*there, 1, "stream-" + std::to_string(i)));
    ears.push_back(&read(*there, 1, "stream-" + std::to_string(i)));
    ears.push_back(&read(*there, 1, "stream-" + std::to_string(i), 1));
  }
  for (Ear* ear : ears)
    ASSERT_TRUE(workers_.until(1, [&] { return ear->caught_up; }));
  for (std::uint64_t number = 2; number <= 20; ++number) {
    for (Log* log : logs)
      append(0, *log, line(number));
  }
  for (Log* log : logs)
    finish(0, *log);
  for (std::size_t i = 0; i < ears.size(); ++i) {
    ASSERT_TRUE(workers_.until(1, [&] { return ears[i]->ended; }));
    EXPECT_EQ(ears[i]->frames, lines(i % 2 == 0 ? 1 : 2, 20));
  }
}

}  // namespace
}  // namespace patchbay::streams
