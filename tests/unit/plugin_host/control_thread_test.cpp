#include "core/plugin_host/control_thread.hpp"

#include <future>
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
