#include "core/plugin_host/thread_census.hpp"

#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>

namespace patchbay::plugin_host {
namespace {

constexpr std::chrono::milliseconds kNow{0};
constexpr std::chrono::seconds kLong{30};

// Something of this program, whose own threads are then looked for.
const int ours = 0;

TEST(ThreadCensus, FindsAThreadThatWasStartedByTheObject) {
  const ThreadCensus before = ThreadCensus::now();
  std::promise<void> go;
  std::promise<void> there;
  std::thread one([held_up = go.get_future(), &there]() mutable {
    there.set_value();
    held_up.wait();
  });
  there.get_future().wait();
  EXPECT_TRUE(before.left_behind(&ours, kNow));
  EXPECT_FALSE(ThreadCensus::now().left_behind(&ours, kNow)) << "it was there before";
  go.set_value();
  one.join();
  EXPECT_FALSE(before.left_behind(&ours, kLong));
}

void* wait_for(void* future) {
  static_cast<std::future<void>*>(future)->wait();
  return nullptr;
}

TEST(ThreadCensus, FindsAThreadOfTheSystemsOwnKind) {
  const ThreadCensus before = ThreadCensus::now();
  std::promise<void> go;
  std::future<void> held_up = go.get_future();
  pthread_t one{};
  ASSERT_EQ(::pthread_create(&one, nullptr, wait_for, &held_up), 0);
  EXPECT_TRUE(before.left_behind(&ours, kNow));
  go.set_value();
  ::pthread_join(one, nullptr);
  EXPECT_FALSE(before.left_behind(&ours, kLong));
}

}  // namespace
}  // namespace patchbay::plugin_host
