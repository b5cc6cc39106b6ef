#include "core/telemetry/activity.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace patchbay::telemetry {
namespace {

// Makes an activity this thread's for as long as it lives.
class Here {
 public:
  explicit Here(Activity& activity) { Activity::here = &activity; }
  ~Here() { Activity::here = nullptr; }
  Here(const Here&) = delete;
  Here& operator=(const Here&) = delete;
};

TEST(Activity, HasANewBeatWheneverSomethingBegins) {
  Activity activity;
  activity.begin("one");
  const Activity::Seen one = activity.look();
  EXPECT_STREQ(one.what, "one");
  EXPECT_EQ(activity.look().beat, one.beat);
  activity.begin("one");
  EXPECT_NE(activity.look().beat, one.beat);
}

TEST(Activity, SaysWhenNothingRuns) {
  Activity activity;
  EXPECT_EQ(activity.look().what, nullptr);
  activity.begin("one");
  activity.rest();
  EXPECT_EQ(activity.look().what, nullptr);
}

TEST(Activity, TellsOfAPluginsFunctionWhileItRuns) {
  Activity activity;
  const Here here(activity);
  activity.begin("connection");
  {
    const ActivityScope outer("acme", "on_frames");
    EXPECT_STREQ(activity.look().plugin, "acme");
    EXPECT_STREQ(activity.look().function, "on_frames");
    {
      const ActivityScope inner("other", "post");
      EXPECT_STREQ(activity.look().plugin, "other");
    }
    EXPECT_STREQ(activity.look().function, "on_frames");
  }
  EXPECT_EQ(activity.look().plugin, nullptr);
  EXPECT_STREQ(activity.look().what, "connection");
}

TEST(Activity, IsNotThatOfAnotherThread) {
  Activity activity;
  const Here here(activity);
  std::thread([] { const ActivityScope scope("acme", "on_frames"); }).join();
  EXPECT_EQ(activity.look().plugin, nullptr);
}

TEST(Immortal, GivesEqualTextsTheSameAddress) {
  const char* const first = immortal(std::string("acme.models"));
  EXPECT_STREQ(first, "acme.models");
  EXPECT_EQ(immortal(std::string("acme.models")), first);
  EXPECT_NE(immortal("other"), first);
}

}  // namespace
}  // namespace patchbay::telemetry
