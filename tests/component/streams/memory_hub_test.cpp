#include "core/streams/memory_hub.hpp"

#include "tests/component/streams/stream_fixture.hpp"

namespace patchbay::streams {
namespace {

using namespace std::chrono_literals;

class MemoryHubTest : public StreamTest {};

TEST_F(MemoryHubTest, ForgetsAFinishedStreamAfterAWhile) {
  const auto hub = make_hub<MemoryHub>(Bounds{.keep_finished = 50ms});
  Log& log = open(*hub, 0, "one");
  append(0, log, line(1));
  Ear& slow = read_slowly(*hub, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return slow.calls == 1; }));
  append(0, log, line(2));
  finish(0, log);
  EXPECT_TRUE(workers_.until(1, [&] { return hub->kept("one") == nullptr; }));
  EXPECT_FALSE(find(*hub, 1, "user:ada", "one"));
  // Whoever was reading it is served to the end.
  workers_.run(1, [&] { slow.pause_after_each = false; });
  workers_.run(1, [&] { slow.subscription->set_wanted(true); });
  EXPECT_TRUE(workers_.until(1, [&] { return slow.ended; }));
  EXPECT_EQ(slow.frames, lines(1, 2));
}

TEST_F(MemoryHubTest, KeepsWhatIsBeingWritten) {
  const auto hub = make_hub<MemoryHub>(Bounds{.keep_finished = 1ms});
  open(*hub, 0, "running");
  finish(0, open(*hub, 0, "finished"));
  EXPECT_TRUE(workers_.until(0, [&] { return hub->kept("finished") == nullptr; }));
  EXPECT_TRUE(find(*hub, 0, "user:ada", "running"));
}

TEST_F(MemoryHubTest, TheOldestFinishedGoWhenAllTogetherTakeTooMuch) {
  const auto hub = make_hub<MemoryHub>(Bounds{.bytes = 100'000, .total_bytes = 250'000});
  const std::string frame = std::string(999, 'x') + "\n";
  for (const char* id : {"one", "two", "three", "four"}) {
    Log& log = open(*hub, 0, id);
    for (int i = 0; i < 80; ++i)
      append(0, log, frame);
    finish(0, log);
  }
  EXPECT_EQ(hub->kept("one"), nullptr);
  EXPECT_NE(hub->kept("four"), nullptr);
  EXPECT_FALSE(find(*hub, 0, "user:ada", "one"));
  EXPECT_TRUE(find(*hub, 0, "user:ada", "four"));
}

TEST_F(MemoryHubTest, RunningStreamsForgetTheirBeginningWhenTheyTakeTooMuch) {
  const auto hub = make_hub<MemoryHub>(Bounds{.bytes = 1'000'000, .total_bytes = 200'000});
  Log& log = open(*hub, 0, "one");
  workers_.run(0, [&] {
    for (std::uint64_t i = 1; i <= 100'000; ++i)
      log.append(line(i));
  });
  Ear& from_the_start = read(*hub, 0, "one");
  Ear& from_the_end = read(*hub, 0, "one", 99'990);
  finish(0, log);
  ASSERT_TRUE(workers_.until(0, [&] { return from_the_start.over() && from_the_end.over(); }));
  EXPECT_TRUE(from_the_start.lost);
  EXPECT_TRUE(from_the_end.ended);
  EXPECT_EQ(from_the_end.frames, lines(99'991, 100'000));
}

TEST_F(MemoryHubTest, AReaderThatIsLeftBehindHasLost) {
  const auto hub = make_hub<MemoryHub>(Bounds{.bytes = 2'000});
  Log& log = open(*hub, 0, "one");
  append(0, log, line(1));
  Ear& ear = read_slowly(*hub, 1, "one");
  ASSERT_TRUE(workers_.until(1, [&] { return ear.calls == 1; }));
  append(0, log, lines(2, 1'000));
  workers_.run(1, [&] { ear.subscription->set_wanted(true); });
  EXPECT_TRUE(workers_.until(1, [&] { return ear.lost; }));
  EXPECT_EQ(ear.frames, line(1));
}

TEST_F(MemoryHubTest, AnotherStreamOfTheSameIdTakesItsPlace) {
  const auto hub = make_hub<MemoryHub>(Bounds{});
  Log& old = open(*hub, 0, "one");
  Ear& ear = read(*hub, 1, "one");
  open(*hub, 0, "one");
  EXPECT_TRUE(workers_.until(1, [&] { return ear.lost; }));
  finish(0, old);
  EXPECT_TRUE(stop(*hub, 1, "user:ada", "one")) << "the new one is still being written";
}

}  // namespace
}  // namespace patchbay::streams
