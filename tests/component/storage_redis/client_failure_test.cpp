#include <array>
#include <cstring>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/component/storage_redis/client_fixture.hpp"

namespace patchbay::storage::redis {
namespace {

using namespace std::chrono_literals;

// Listens, takes what comes, and answers every connection with the same bytes.
class Impostor {
 public:
  explicit Impostor(std::string answer) : answer_(std::move(answer)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(fd_, any, size), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    EXPECT_EQ(::getsockname(fd_, any, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Impostor() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve() const {
    for (int peer = 0; (peer = ::accept(fd_, nullptr, nullptr)) >= 0;) {
      std::array<char, 256> asked{};
      if (::read(peer, asked.data(), asked.size()) > 0) {
        ::send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        while (::read(peer, asked.data(), asked.size()) > 0) {
        }
      }
      ::close(peer);
    }
  }

  const std::string answer_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST_F(ClientTest, FailsWhereNobodyListensAndConnectsOnceSomebodyDoes) {
  test::RedisServer server;
  server.kill();
  make_client(at(server.port()));
  const auto refused = ask({"PING"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(ask({"PING"}));
  server.start();
  EXPECT_TRUE(answers_again());
}

TEST_F(ClientTest, CommandsThatWaitFailWhenRedisDiesAndLaterOnesWorkAgain) {
  test::RedisServer server;
  make_client(at(server.port()), {.command_timeout = 60s});
  ASSERT_TRUE(ask({"PING"}));
  auto blocked = send({"BLPOP", "never", "0"});
  auto behind = send({"PING"});
  server.kill();
  EXPECT_EQ(blocked.get().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(behind.get().error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(ask({"PING"}));
  server.start();
  EXPECT_TRUE(answers_again());
}

TEST_F(ClientTest, ARedisThatHangsCostsATimeoutAndThenNothing) {
  test::RedisServer server;
  make_client(at(server.port()), {.command_timeout = 200ms});
  ASSERT_TRUE(ask({"PING"}));
  server.freeze();
  const auto late = ask({"INCR", "number"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  EXPECT_FALSE(workers_.run(0, [this] { return client_->connected(); }));
  const auto next = ask({"PING"});
  EXPECT_EQ(next.error().code, ErrorCode::kUnavailable) << "nothing waits while it is down";
  server.unfreeze();
  EXPECT_TRUE(answers_again());
}

TEST_F(ClientTest, AnAnswerThatComesTooLateIsNobodys) {
  test::RedisServer server;
  make_client(at(server.port()), {.command_timeout = 200ms});
  ASSERT_TRUE(ask({"SET", "key", "value"}));
  server.freeze();
  EXPECT_FALSE(ask({"GET", "key"}));
  server.unfreeze();
  ASSERT_TRUE(answers_again());
  EXPECT_EQ(ask({"ECHO", "mine"})->text, "mine");
}

TEST_F(ClientTest, SomebodyElsesServerIsNoConnection) {
  for (const char* words : {"HTTP/1.1 400 Bad Request\r\n\r\n",
                            "+PONG\r\n+more\r\n*9\r\n",
                            "",
                            "\r\n",
                            "$-7\r\n",
                            ":12x\r\n",
                            "-LOADING the dataset\r\n"}) {
    const Impostor impostor(words);
    make_client(at(impostor.port()), {.command_timeout = 500ms, .connect_timeout = 500ms});
    const auto reply = ask({"GET", "key"});
    if (reply) {
      EXPECT_EQ(reply->text, "more") << words;
    } else {
      EXPECT_NE(reply.error().code, ErrorCode::kInternal) << words;
    }
    workers_.run(0, [this] { client_.reset(); });
  }
}

TEST_F(ClientTest, AHostThatIsNotThereIsNoConnection) {
  Address address = at(6379);
  address.host = "redis.invalid";
  make_client(address);
  EXPECT_EQ(ask({"PING"}).error().code, ErrorCode::kUnavailable);
}

TEST_F(ClientTest, GoesWhileItsCommandsWait) {
  const test::RedisServer server;
  make_client(at(server.port()));
  ASSERT_TRUE(ask({"PING"}));
  bool called = false;
  workers_.run(0, [&] {
    client_->command({"BLPOP", "never", "0"}, alive_, [&](const auto&) { called = true; });
    client_->command({"PING"}, alive_, [&](const auto&) { called = true; });
    client_.reset();
  });
  make_client(at(server.port()));
  workers_.run(0, [&] {
    client_->command({"PING"}, alive_, [&](const auto&) { called = true; });
    client_.reset();  // while it connects
  });
  make_client(at(server.port()));
  ASSERT_TRUE(ask({"PING"}));
  EXPECT_FALSE(called);
}

TEST_F(ClientTest, MayBeDestroyedByAnAnswer) {
  test::RedisServer server;
  for (const bool down : {false, true}) {
    make_client(at(server.port()));
    ASSERT_TRUE(ask({"PING"}));
    int calls = 0;
    std::promise<void> first;
    workers_.run(0, [&] {
      for (int i = 0; i < 3; ++i) {
        client_->command({"BLPOP", "list", "0"}, alive_, [&](const auto&) {
          ++calls;
          client_.reset();
          first.set_value();
        });
      }
    });
    if (down) {
      server.kill();
    } else {
      (void)server.ask("RPUSH list a b c");
    }
    first.get_future().wait();
    workers_.run(0, [] {});
    EXPECT_EQ(calls, 1);
  }
}

TEST_F(ClientTest, RefusesMoreThanMayWait) {
  test::RedisServer server;
  make_client(at(server.port()), {.command_timeout = 60s});
  ASSERT_TRUE(ask({"PING"}));
  server.freeze();
  int refused = 0;
  int answered = 0;
  workers_.run(0, [&] {
    for (int i = 0; i < 10'050; ++i) {
      client_->command({"INCR", "number"}, alive_, [&](const Result<Reply>& reply) {
        ++(reply ? answered : refused);
      });
    }
  });
  EXPECT_TRUE(workers_.until(0, [&] { return refused == 50; }));
  server.unfreeze();
  EXPECT_TRUE(workers_.until(0, [&] { return answered == 10'000; }));
  EXPECT_EQ(ask({"INCR", "number"})->integer, 10'001);
  EXPECT_EQ(refused, 50);
}

}  // namespace
}  // namespace patchbay::storage::redis
