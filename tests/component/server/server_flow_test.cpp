// What becomes of answers that a client is slow to take, and of connections that end half way.

#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/component/server/scripted_server.hpp"

namespace patchbay::server {
namespace {

using namespace std::chrono_literals;

const std::string kAskBig = "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n";

class ServerFlowTest : public ServerTest {
 protected:
  // How often /big was answered, once that no longer changes.
  int settled_answers() {
    Client other(address());
    const auto answered = [&] {
      other.get("/poured");
      return other.read_until(" pieces");
    };
    std::string last = answered();
    std::string now = answered();
    for (int i = 0; i < 1000 && now != last; ++i)
      last = std::exchange(now, answered());
    EXPECT_EQ(now, last);
    return pieces_;
  }

  void wait_for_answers(int count) {
    Client other(address());
    while (pieces_ < count) {
      other.get("/poured");
      ASSERT_NE(other.read_until(" pieces"), "");
    }
  }
};

TEST_F(ServerFlowTest, TakesNoMoreRequestsFromAClientThatDoesNotRead) {
  Client client(address());
  for (int i = 0; i < 50; ++i)
    client.send(kAskBig);
  wait_for_answers(1);
  EXPECT_LE(settled_answers(), 2) << "answers pile up for a client that reads none";
  for (int i = 0; i < 50; ++i) {
    client.read_until("\r\n\r\n");
    ASSERT_EQ(client.read_bytes(kBigBytes), kBigBytes) << "answer " << i;
  }
}

TEST_F(ServerFlowTest, SendsACompleteAnswerToAClientThatHalfClosedMeanwhile) {
  Client client(address());
  client.send(kAskBig);
  wait_for_answers(1);
  client.half_close();
  EXPECT_EQ(settled_answers(), 1);
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(kBigBytes), kBigBytes);
  EXPECT_EQ(client.read_until(""), "");
}

TEST_F(ServerFlowTest, AnswersEveryPipelinedRequestOfAClientThatHalfCloses) {
  Client client(address());
  client.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n" + kAskBig + kAskBig);
  client.half_close();
  std::size_t bodies = 0;
  for (int i = 0; i < 2; ++i) {
    client.read_until("Content-Length: " + std::to_string(kBigBytes) + "\r\n\r\n");
    bodies += client.read_bytes(kBigBytes);
  }
  EXPECT_EQ(bodies, 2 * kBigBytes);
  EXPECT_EQ(client.read_until(""), "");
}

TEST_F(ServerFlowTest, SendsACompleteAnswerWhileItStops) {
  Client client(address());
  client.send(kAskBig);
  wait_for_answers(1);
  std::thread stopping([this] { server_->stop(60s); });
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(kBigBytes), kBigBytes);
  EXPECT_EQ(client.read_until(""), "") << "the connection ends with the answer";
  client.close();
  stopping.join();  // would take a minute if a client that was served held it
}

TEST_F(ServerFlowTest, RefusesNewConnectionsWhileItStops) {
  Client held(address());
  held.get("/hold");
  held.read_until("first");
  Client idle(address());
  idle.get("/a");
  idle.read_until("GET /a ");
  std::thread stopping([this] { server_->stop(60s); });
  EXPECT_EQ(idle.read_until(""), "");  // so the drain has begun
  while (Client::can_connect(address()))
    std::this_thread::yield();
  held.close();
  stopping.join();
}

TEST_F(ServerFlowTest, ResetsAnHttp10AnswerThatIsAborted) {
  Client client(address());
  client.send("GET /abort HTTP/1.0\r\n\r\n");
  client.read_until("half");
  EXPECT_TRUE(client.is_reset());
}

}  // namespace
}  // namespace patchbay::server
