#include "core/plugin_host/control_thread.hpp"

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::plugin_host {
namespace {

TEST(ControlThread, RunsWorkInOrderOnAThreadOfItsOwn) {
  ControlThread control;
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    control.expect();
    control.run([&order, i] {
      EXPECT_NE(std::this_thread::get_id(), std::thread::id());
      order.push_back(i);
    });
  }
  std::thread::id runs_on;
  control.expect();
  control.run([&] { runs_on = std::this_thread::get_id(); });
  control.settle();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  EXPECT_NE(runs_on, std::this_thread::get_id());
}

TEST(ControlThread, WaitsForWhatWasAnnounced) {
  ControlThread control;
  bool done = false;
  control.expect();
  std::promise<void> stopping;
  std::thread late([&] {
    stopping.get_future().wait();
    control.run([&] { done = true; });
  });
  stopping.set_value();
  control.stop(std::chrono::minutes(1));
  late.join();
  EXPECT_TRUE(done);
}

TEST(ControlThread, LeavesWhatTakesTooLongToItself) {
  std::promise<void> go_on;
  const auto went_on = std::make_shared<std::promise<void>>();
  ControlThread control({.control = std::chrono::milliseconds(10), .complete = {}});
  bool stuck = false;
  bool next = false;
  control.expect();
  control.run(
      [held_up = go_on.get_future().share(), went_on] {
        held_up.wait();
        went_on->set_value();
      },
      [&] { stuck = true; });
  control.expect();
  control.run([&] { next = true; });
  control.settle();
  EXPECT_TRUE(stuck);
  EXPECT_TRUE(next);
  go_on.set_value();
  went_on->get_future().wait();
}

TEST(ControlThread, DoesLaterWhatIsToBeDoneLater) {
  ControlThread control;
  std::vector<int> order;
  std::promise<void> all;
  control.run_after(std::chrono::milliseconds(20), [&] {
    order.push_back(2);
    all.set_value();
  });
  control.run_after(std::chrono::milliseconds(0), [&] { order.push_back(1); });
  bool never = false;
  control.run_after(std::chrono::hours(1), [&] { never = true; });
  all.get_future().wait();
  control.stop(std::chrono::minutes(1));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_FALSE(never);
}

TEST(ControlThread, WaitsNotForWhatWillNeverCome) {
  ControlThread control;
  control.expect();
  control.expect();
  control.forget();
  std::thread late([&] { control.forget(); });
  control.stop(std::chrono::hours(1));  // or the test takes as long
  late.join();
}

TEST(ControlThread, KeepsWhatComesTooLate) {
  bool done = false;
  ControlThread control;
  control.expect();
  control.stop(std::chrono::milliseconds(0));
  control.run([&] { done = true; });
  control.stop(std::chrono::milliseconds(0));
  EXPECT_FALSE(done);
}

}  // namespace
}  // namespace patchbay::plugin_host
