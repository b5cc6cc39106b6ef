#include "core/upstream/dial_queue.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::upstream {
namespace {

class DialQueueTest : public testing::Test {
 protected:
  Dial& add(const std::string& host, int deadline, bool takes_warm = true) {
    std::shared_ptr<Endpoint>& endpoint = endpoints_[host];
    if (endpoint == nullptr) endpoint = std::make_shared<Endpoint>();
    endpoint->name = host;
    auto dial = std::make_unique<Dial>();
    dial->endpoint = endpoint;
    dial->deadline = at(deadline);
    dial->takes_warm = takes_warm;
    return queue_.add(std::move(dial));
  }

  static Time at(int ms) { return Time{} + std::chrono::milliseconds(ms); }

  // Takes one dial after the other, and tells their endpoints and deadlines.
  std::string served(const std::string& held_up = "") {
    std::string order;
    const auto may_begin = [&](const Endpoint& endpoint) { return endpoint.name != held_up; };
    while (Dial* const dial = queue_.next(may_begin)) {
      order += dial->endpoint->name +
               std::to_string((dial->deadline - Time{}) / std::chrono::milliseconds(1)) + " ";
      queue_.remove(*dial);
    }
    return order;
  }

  std::map<std::string, std::shared_ptr<Endpoint>> endpoints_;
  DialQueue queue_;
};

TEST_F(DialQueueTest, ServesOneEndpointInOrder) {
  for (int i = 1; i <= 3; ++i)
    add("a", i);
  EXPECT_EQ(served(), "a1 a2 a3 ");
  EXPECT_TRUE(queue_.empty());
}

TEST_F(DialQueueTest, LetsTheEndpointsTakeTurns) {
  for (int i = 1; i <= 4; ++i)
    add("a", i);
  add("b", 5);
  add("c", 6);
  add("b", 7);
  EXPECT_EQ(served(), "a1 b5 c6 a2 b7 a3 a4 ");
}

TEST_F(DialQueueTest, PassesOverAnEndpointThatMayNotBegin) {
  add("a", 1);
  add("b", 2);
  add("a", 3);
  EXPECT_EQ(served("a"), "b2 ");
  EXPECT_FALSE(queue_.empty());
  EXPECT_EQ(served(), "a1 a3 ");
}

TEST_F(DialQueueTest, FindsWhoeverIsLate) {
  add("a", 10);
  Dial& first = add("b", 5);
  add("b", 7);
  EXPECT_EQ(queue_.earliest(), at(5));
  EXPECT_EQ(queue_.late(at(4)), nullptr);
  EXPECT_EQ(queue_.late(at(5)), &first);
  queue_.remove(first);
  EXPECT_EQ(queue_.earliest(), at(7));
}

TEST_F(DialQueueTest, FindsWhoWouldTakeAWarmConnection) {
  add("a", 1, false);
  Dial& second = add("a", 2);
  add("b", 3, false);
  EXPECT_EQ(queue_.first_for_warm(*endpoints_["a"]), &second);
  EXPECT_EQ(queue_.first_for_warm(*endpoints_["b"]), nullptr);
  EXPECT_EQ(queue_.first_for_warm(Endpoint()), nullptr);
}

TEST_F(DialQueueTest, MovesADialOutWithoutFreeingIt) {
  Dial& first = add("a", 1);
  add("a", 2);
  Dials under_way;
  queue_.move(first, under_way);
  ASSERT_EQ(under_way.size(), 1U);
  EXPECT_EQ(under_way.front().get(), &first);
  EXPECT_EQ(under_way.begin(), first.place);
  EXPECT_EQ(served(), "a2 ");
}

}  // namespace
}  // namespace patchbay::upstream
