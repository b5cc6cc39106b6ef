#include "tests/component/storage_redis/client_fixture.hpp"

namespace patchbay::storage::redis {
namespace {

TEST_F(ClientTest, AnswersWithEveryKindOfReply) {
  const test::RedisServer server;
  make_client(at(server.port()));
  EXPECT_EQ(ask({"SET", "name", "Ada"})->text, "OK");
  EXPECT_EQ(ask({"GET", "name"})->text, "Ada");
  EXPECT_EQ(ask({"INCR", "visits"})->integer, 1);
  EXPECT_TRUE(ask({"GET", "nothing"})->is_nil());
  ASSERT_TRUE(ask({"RPUSH", "list", "one", "two"}));
  const auto list = ask({"LRANGE", "list", "0", "-1"});
  ASSERT_EQ(list->kind, Reply::Kind::kList);
  ASSERT_EQ(list->items.size(), 2U);
  EXPECT_EQ(list->items[1].text, "two");
}

TEST_F(ClientTest, CarriesAnyBytes) {
  const test::RedisServer server;
  make_client(at(server.port()));
  const std::string bytes("a\0b\r\n$3\r\n\xff% s", 13);
  ASSERT_TRUE(ask({"SET", bytes, bytes + bytes}));
  EXPECT_EQ(ask({"GET", bytes})->text, bytes + bytes);
  const std::string large(3 * 1024 * 1024, 'x');
  ASSERT_TRUE(ask({"SET", "large", large}));
  EXPECT_EQ(ask({"GET", "large"})->text, large);
}

TEST_F(ClientTest, AnswersManyInTheirOrder) {
  const test::RedisServer server;
  make_client(at(server.port()));
  std::vector<std::future<Result<Reply>>> answers;
  for (int i = 0; i < 900; ++i)
    answers.push_back(send({"INCR", "number"}));
  for (int i = 0; i < 900; ++i) {
    const auto reply = answers[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->integer, i + 1);
  }
}

TEST_F(ClientTest, TellsWhatRedisRefused) {
  const test::RedisServer server;
  make_client(at(server.port()));
  const auto unknown = ask({"EVALSHA", std::string(40, '0'), "0"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(unknown.error().detail.starts_with("NOSCRIPT")) << unknown.error().detail;
  EXPECT_TRUE(ask({"PING"})) << "one refusal must not cost the connection";
}

TEST_F(ClientTest, GreetsWithItsPasswordAndDatabase) {
  const test::RedisServer server({"--requirepass", "not/easy@all"});
  const auto address =
      parse_url("redis://:not%2Feasy%40all@127.0.0.1:" + std::to_string(server.port()) + "/3");
  ASSERT_TRUE(address);
  make_client(*address);
  ASSERT_TRUE(ask({"SET", "here", "yes"}));
  const auto told = ask({"CLIENT", "LIST"});
  ASSERT_TRUE(told);
  EXPECT_NE(told->text.find(" db=3 "), std::string::npos) << told->text;
}

TEST_F(ClientTest, AWrongPasswordIsNoConnectionAndIsNotRepeated) {
  const test::RedisServer server({"--requirepass", "right"});
  Address address = at(server.port());
  address.password = "wr0ng-secret";
  make_client(address);
  const auto reply = ask({"PING"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(reply.error().detail.starts_with("WRONGPASS")) << reply.error().detail;
  EXPECT_EQ(reply.error().detail.find("wr0ng"), std::string::npos);
}

TEST_F(ClientTest, FindsLocalhost) {
  const test::RedisServer server;
  Address address = at(server.port());
  address.host = "localhost";
  make_client(address);
  EXPECT_TRUE(ask({"PING"}));
}

TEST_F(ClientTest, TellsOfEachNewConnection) {
  test::RedisServer server;
  make_client(at(server.port()));
  int times = 0;
  workers_.run(0, [&] { client_->on_connected([&] { ++times; }); });
  ASSERT_TRUE(workers_.until(0, [&] { return times == 1; }));
  server.kill();
  server.start();
  EXPECT_TRUE(workers_.until(0, [&] { return times == 2; }));
}

TEST_F(ClientTest, CallsNobodyWhoHasGone) {
  const test::RedisServer server;
  make_client(at(server.port()));
  bool called = false;
  workers_.run(0, [&] {
    const auto alive = std::make_shared<int>(0);
    client_->command({"PING"}, alive, [&](const auto&) { called = true; });
  });
  ASSERT_TRUE(ask({"PING"}));
  EXPECT_FALSE(called);
}

TEST_F(ClientTest, NeverCallsFromInsideTheCommand) {
  make_client(at(1));  // nobody listens there
  ASSERT_FALSE(ask({"PING"}));
  bool inside = true;
  bool called_inside = false;
  auto done = std::make_shared<std::promise<void>>();
  workers_.run(0, [&] {
    client_->command({"PING"}, alive_, [&, done](const auto& reply) {
      EXPECT_FALSE(reply);
      called_inside = inside;
      done->set_value();
    });
    inside = false;
  });
  done->get_future().wait();
  EXPECT_FALSE(called_inside);
}

}  // namespace
}  // namespace patchbay::storage::redis
