// What both kinds of hub do in one process.

#include <atomic>
#include <memory>
#include <string>

#include "core/streams/memory_hub.hpp"
#include "core/streams/redis_hub.hpp"
#include "tests/component/streams/stream_fixture.hpp"
#include "tests/support/redis_server.hpp"

namespace patchbay::streams {
namespace {

enum class Kind { kMemory, kRedis, kRedisAway };

class HubTest : public StreamTest, public testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kMemory) {
      hub_ = make_hub<MemoryHub>(Bounds{});
      return;
    }
    server_ = std::make_unique<test::RedisServer>();
    storage::redis::Address address;
    address.port = server_->port();
    if (GetParam() == Kind::kRedisAway) server_->kill();
    hub_ = make_hub<RedisHub>(address, Bounds{});
  }

  std::unique_ptr<test::RedisServer> server_;
  std::shared_ptr<Hub> hub_;
};

TEST_P(HubTest, FindsAStreamForItsOwnerAndForNobodyElse) {
  open(*hub_, 0, "one");
  const auto found = find(*hub_, 1, "user:ada", "one");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->conversation_id, "conversation");
  EXPECT_EQ(found->protocol, "data-stream");
  EXPECT_EQ(found->content_type, "text/event-stream");
  EXPECT_TRUE(found->lines);
  EXPECT_FALSE(find(*hub_, 1, "user:eve", "one"));
  EXPECT_FALSE(find(*hub_, 1, "", "one"));
  EXPECT_FALSE(find(*hub_, 1, "user:ada", "two"));
  EXPECT_FALSE(find(*hub_, 1, "user:ada", "one:frames"));
  EXPECT_FALSE(stop(*hub_, 1, "user:eve", "one"));
}

TEST_P(HubTest, ReadsWhatWasSaidAndWhatComesOnAnyWorker) {
  Log& log = open(*hub_, 0, "one");
  append(0, log, lines(1, 3));
  Ear& same = read(*hub_, 0, "one");
  Ear& other = read(*hub_, 1, "one");
  Ear& later = read(*hub_, 2, "one", 2);
  ASSERT_TRUE(workers_.until(0, [&] { return same.caught_up; }));
  ASSERT_TRUE(workers_.until(1, [&] { return other.caught_up; }));
  EXPECT_EQ(workers_.run(0, [&] { return log.readers(); }), 3U);
  append(0, log, line(4));
  append(0, log, lines(5, 6));
  finish(0, log);
  ASSERT_TRUE(workers_.until(0, [&] { return same.ended; }));
  ASSERT_TRUE(workers_.until(1, [&] { return other.ended; }));
  ASSERT_TRUE(workers_.until(2, [&] { return later.ended; }));
  EXPECT_EQ(same.frames, lines(1, 6));
  EXPECT_EQ(other.frames, lines(1, 6));
  EXPECT_EQ(later.frames, lines(3, 6));
  EXPECT_EQ(later.first, 3U);
  EXPECT_EQ(workers_.run(0, [&] { return log.readers(); }), 0U);
}

TEST_P(HubTest, AFinishedStreamIsThereStill) {
  Log& log = open(*hub_, 0, "one");
  append(0, log, lines(1, 3));
  finish(0, log);
  EXPECT_TRUE(find(*hub_, 1, "user:ada", "one"));
  EXPECT_FALSE(stop(*hub_, 1, "user:ada", "one")) << "there is nobody to be asked";
  Ear& ear = read(*hub_, 1, "one", 1);
  Ear& nothing_left = read(*hub_, 1, "one", 3);
  ASSERT_TRUE(workers_.until(1, [&] { return ear.ended && nothing_left.ended; }));
  EXPECT_EQ(ear.frames, lines(2, 3));
  EXPECT_EQ(nothing_left.frames, "");
  EXPECT_FALSE(ear.caught_up);
}

TEST_P(HubTest, AReaderOfNothingHasLostIt) {
  Ear& ear = read(*hub_, 0, "nothing");
  Ear& strange = read(*hub_, 0, "*");
  EXPECT_TRUE(workers_.until(0, [&] { return ear.lost && strange.lost; }));
}

TEST_P(HubTest, ADestroyedLogIsAFinishedOne) {
  open(*hub_, 0, "one");
  Ear& ear = read(*hub_, 1, "one");
  workers_.run(0, [&] { logs_.back().second.reset(); });
  EXPECT_TRUE(workers_.until(1, [&] { return ear.ended; }));
}

TEST_P(HubTest, StopsOnTheWriterSWorkerAndOnce) {
  int stops = 0;
  Log& log = open(*hub_, 0, "one", [&] {
    EXPECT_TRUE(workers_[0].on_this_thread());
    ++stops;
  });
  EXPECT_TRUE(stop(*hub_, 1, "user:ada", "one"));
  EXPECT_TRUE(stop(*hub_, 2, "user:ada", "one"));
  EXPECT_TRUE(workers_.until(0, [&] { return stops == 1; }));
  finish(0, log);
  EXPECT_FALSE(stop(*hub_, 1, "user:ada", "one"));
  workers_.run(0, [] {});
  EXPECT_EQ(stops, 1);
}

TEST_P(HubTest, StopsNobodyWhoHasGoneMeanwhile) {
  bool stopped = false;
  open(*hub_, 0, "one", [&] { stopped = true; });
  workers_.run(0, [&] {
    hub_->stop(workers_[0], "user:ada", "one", alive_, [](bool asked) { EXPECT_TRUE(asked); });
    logs_.back().second.reset();
  });
  workers_.run(0, [] {});
  EXPECT_FALSE(stopped);
}

TEST_P(HubTest, AsksTheWriterWhetherItGivesWayAndTellsItsAnswer) {
  bool willing = false;
  int asked = 0;
  Log& log = open(
      *hub_,
      0,
      "one",
      [] { FAIL() << "nobody wants it stopped"; },
      [&] {
        EXPECT_TRUE(workers_[0].on_this_thread());
        ++asked;
        return willing;
      });
  EXPECT_FALSE(give_way(*hub_, 1, "user:ada", "one"));
  willing = true;
  EXPECT_TRUE(give_way(*hub_, 0, "user:ada", "one"));
  EXPECT_TRUE(give_way(*hub_, 2, "user:ada", "one")) << "may be asked again";
  EXPECT_FALSE(give_way(*hub_, 1, "user:eve", "one"));
  EXPECT_FALSE(give_way(*hub_, 1, "user:ada", "another"));
  finish(0, log);
  EXPECT_FALSE(give_way(*hub_, 1, "user:ada", "one"));
  EXPECT_EQ(asked, 3);
}

TEST_P(HubTest, WhoLetsGoOfItsLogWhileItGivesWayIsNotAskedTwice) {
  open(
      *hub_,
      0,
      "one",
      [] {},
      [&] {
        logs_.back().second.reset();
        return true;
      });
  EXPECT_TRUE(give_way(*hub_, 1, "user:ada", "one"));
  EXPECT_FALSE(give_way(*hub_, 1, "user:ada", "one"));
}

TEST_P(HubTest, TellsAPausedReaderNothingUntilItGoesOn) {
  Log& log = open(*hub_, 0, "one");
  append(0, log, line(1));
  Ear& ear = read_slowly(*hub_, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return ear.calls == 1; }));
  append(0, log, lines(2, 9));
  finish(0, log);
  workers_.run(1, [] {});
  EXPECT_EQ(workers_.run(1, [&] { return ear.calls; }), 1);
  while (!workers_.run(1, [&] { return ear.over(); }))
    workers_.run(1, [&] { ear.subscription->set_wanted(true); });
  EXPECT_TRUE(ear.ended);
  EXPECT_EQ(ear.frames, lines(1, 9));
}

TEST_P(HubTest, AReaderMayLeaveInTheMiddle) {
  Log& log = open(*hub_, 0, "one");
  Ear& ear = read(*hub_, 1, "one");
  workers_.run(1, [&] { ear.leave_after_first = true; });
  append(0, log, line(1));
  ASSERT_TRUE(workers_.until(1, [&] { return ear.calls == 1; }));
  append(0, log, line(2));
  finish(0, log);
  workers_.run(1, [] {});
  EXPECT_EQ(ear.frames, line(1));
  EXPECT_FALSE(ear.over());
}

TEST_P(HubTest, AnswersNobodyWhoHasGone) {
  open(*hub_, 0, "one");
  bool called = false;
  workers_.run(1, [&] {
    const auto alive = std::make_shared<int>(0);
    hub_->find(workers_[1], "user:ada", "one", alive, [&](const auto&) { called = true; });
    hub_->stop(workers_[1], "user:ada", "one", alive, [&](bool) { called = true; });
  });
  workers_.run(1, [] {});
  EXPECT_FALSE(called);
}

TEST_P(HubTest, CarriesALongAnswerToManyReaders) {
  constexpr std::uint64_t kLines = 20'000;
  Log& log = open(*hub_, 0, "one");
  std::vector<Ear*> ears;
  for (unsigned i = 0; i < 9; ++i)
    ears.push_back(&read(*hub_, i % kWorkers, "one"));
  for (std::uint64_t i = 1; i <= kLines; i += 100)
    append(0, log, lines(i, i + 99));
  finish(0, log);
  const std::string all = lines(1, kLines);
  for (unsigned i = 0; i < 9; ++i) {
    ASSERT_TRUE(workers_.until(i % kWorkers, [&] { return ears[i]->ended; }));
    EXPECT_EQ(ears[i]->frames, all);
  }
}

INSTANTIATE_TEST_SUITE_P(Of,
                         HubTest,
                         testing::Values(Kind::kMemory, Kind::kRedis, Kind::kRedisAway),
                         [](const auto& kind) {
                           switch (kind.param) {
                             case Kind::kMemory:
                               return "Memory";
                             case Kind::kRedis:
                               return "Redis";
                             case Kind::kRedisAway:
                               return "RedisThatIsAway";
                           }
                           return "";
                         });

}  // namespace
}  // namespace patchbay::streams
