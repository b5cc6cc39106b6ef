#include "core/storage/redis/subscriber.hpp"

#include <gtest/gtest.h>

#include "tests/support/on_workers.hpp"
#include "tests/support/redis_server.hpp"

namespace patchbay::storage::redis {
namespace {

class SubscriberTest : public testing::Test {
 protected:
  ~SubscriberTest() override {
    workers_.run(0, [this] { subscriber_.reset(); });
  }

  void subscribe(std::uint16_t port, Subscriber::OnMessage on_message) {
    Address address;
    address.port = port;
    workers_.run(0, [&] {
      subscriber_ =
          std::make_unique<Subscriber>(workers_[0], address, "orders", std::move(on_message));
    });
    ASSERT_TRUE(listening());
  }

  bool listening() {
    return workers_.until(0, [this] { return subscriber_->subscribed(); });
  }

  test::Workers workers_{1};
  std::unique_ptr<Subscriber> subscriber_;
  std::vector<std::string> got_;
};

TEST_F(SubscriberTest, HearsWhatIsPublishedInOrder) {
  const test::RedisServer server;
  subscribe(server.port(), [this](std::string text) { got_.push_back(std::move(text)); });
  EXPECT_EQ(server.ask("PUBLISH orders one"), ":1\r\n");
  EXPECT_EQ(server.ask("PUBLISH orders two"), ":1\r\n");
  EXPECT_EQ(server.ask("PUBLISH others three"), ":0\r\n");
  ASSERT_TRUE(workers_.until(0, [this] { return got_.size() == 2; }));
  EXPECT_EQ(got_, (std::vector<std::string>{"one", "two"}));
}

TEST_F(SubscriberTest, ListensAgainAfterRedisWasGone) {
  test::RedisServer server;
  subscribe(server.port(), [this](std::string text) { got_.push_back(std::move(text)); });
  server.kill();
  ASSERT_TRUE(workers_.until(0, [this] { return !subscriber_->subscribed(); }));
  server.start();
  ASSERT_TRUE(listening());
  EXPECT_EQ(server.ask("PUBLISH orders again"), ":1\r\n");
  EXPECT_TRUE(workers_.until(0, [this] { return got_.size() == 1; }));
}

TEST_F(SubscriberTest, MayBeDestroyedByAMessage) {
  const test::RedisServer server;
  subscribe(server.port(), [this](std::string text) {
    got_.push_back(std::move(text));
    subscriber_.reset();
  });
  EXPECT_EQ(server.ask("PUBLISH orders last"), ":1\r\n");
  EXPECT_TRUE(workers_.until(0, [this] { return got_.size() == 1; }));
}

}  // namespace
}  // namespace patchbay::storage::redis
