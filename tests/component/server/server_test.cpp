// What a client sees of the server, over real sockets. The parser's own table is in tests/unit.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/server/scripted_server.hpp"

namespace patchbay::server {
namespace {

using namespace std::chrono_literals;

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  Client client(address());
  for (const std::string path : {"/a", "/b", "/c"}) {
    client.get(path);
    EXPECT_NE(client.read_until("GET " + path + " ").find("HTTP/1.1 200 OK\r\n"),
              std::string::npos);
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  Client client(address());
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    const std::string answer = client.read_until("GET /" + std::to_string(i) + " ");
    EXPECT_EQ(answer.find("GET /"), answer.rfind("GET /")) << answer;
  }
}

TEST_F(ServerTest, GivesAHeadRequestTheHeadAlone) {
  Client client(address());
  client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 8\r\n"), std::string::npos);
  client.get("/next");  // nothing of a body lies in between
  EXPECT_TRUE(client.read_until("GET /next ").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, ClosesWhenAsked) {
  Client client(address());
  client.get("/a", "Connection: close\r\n");
  EXPECT_NE(client.read_until("").find("Connection: close\r\n"), std::string::npos);
}

TEST_F(ServerTest, SpeaksHttp10) {
  Client client(address());
  client.send("GET /hold HTTP/1.0\r\n\r\n");
  const std::string head = client.read_until("first");
  EXPECT_TRUE(head.starts_with("HTTP/1.0 200 OK\r\n"));
  EXPECT_EQ(head.find("chunked"), std::string::npos);
}

TEST_F(ServerTest, AsksForABodyThatWaitsToBeAsked) {
  Client client(address());
  client.send(
      "POST /p HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  EXPECT_TRUE(client.read_until("POST /p ab").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, TakesAChunkedBodyByteByByte) {
  Client client(address());
  client.send("POST /p HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char c : std::string("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")) {
    client.send(std::string(1, c));
    client.wait_until_taken();
  }
  EXPECT_TRUE(client.read_until("POST /p hello world").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, RefusesABrokenRequestAndCloses) {
  Client client(address());
  client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = client.read_until("");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_NE(answer.find("More than one Host header"), std::string::npos);
  EXPECT_EQ(answer.find("smuggled"), std::string::npos);
}

TEST_F(ServerTest, TellsTheResponderThatTheClientIsGone) {
  Client client(address());
  client.get("/hold");
  client.read_until("first");
  client.close();
  EXPECT_TRUE(journal_.wait_for("gone"));
  EXPECT_TRUE(journal_.wait_for("destroyed"));
}

TEST_F(ServerTest, NoticesAClientThatLeavesBeforeTheAnswerBegins) {
  Client client(address());
  client.get("/silent");
  ASSERT_TRUE(journal_.wait_for("silent"));
  client.close();
  EXPECT_TRUE(journal_.wait_for("gone"));
}

TEST_F(ServerTest, AnswersAClientThatOnlyHalfCloses) {
  Client client(address());
  client.get("/hold");
  client.half_close();
  EXPECT_NE(client.read_until("ping").find("first"), std::string::npos);
  EXPECT_EQ(journal_.notes().find("gone"), std::string::npos);
}

// The kernel takes a few megabytes before the window is full; then the source must stand still,
// which shows as two answers in a row that tell of the same number of pieces.
TEST_F(ServerTest, PausesTheSourceOfASlowReader) {
  Client slow(address(), 4096);
  slow.get("/endless");
  ASSERT_TRUE(journal_.wait_for("paused"));
  Client quick(address());
  const auto poured = [&] {
    quick.get("/poured");
    return quick.read_until(" pieces");
  };
  std::string last = poured();
  std::string now = poured();
  for (int i = 0; i < 1000 && now != last; ++i)
    last = std::exchange(now, poured());
  EXPECT_EQ(now, last) << "the source goes on although nobody reads";
  EXPECT_LT(pieces_, 2048) << "64 MiB and nobody reads";

  EXPECT_EQ(slow.read_bytes(64 << 20), std::size_t{64 << 20});  // and it goes on for a reader
}

TEST_F(ServerTest, CutsAnAnswerThatIsAborted) {
  Client client(address());
  client.get("/abort");
  const std::string answer = client.read_until("");
  EXPECT_NE(answer.find("Content-Length: 100\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("half"));
}

TEST_F(ServerTest, ClosesAConnectionThatNeverAsks) {
  Limits limits;
  limits.head_timeout = 20ms;
  start(limits);
  Client client(address());
  EXPECT_EQ(client.read_until(""), "");
}

TEST_F(ServerTest, TellsAClientThatIsTooSlowWithItsHead) {
  Limits limits;
  limits.head_timeout = 20ms;
  start(limits);
  Client client(address());
  client.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_TRUE(client.read_until("").starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(ServerTest, TurnsConnectionsAwayBeyondTheBoundAndServesAgainBelowIt) {
  Limits limits;
  limits.connections_max = 1;
  start(limits);
  {
    Client served(address());
    served.get("/");
    EXPECT_THAT(served.read_until("GET / "), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    Client turned_away(address());
    turned_away.get("/");
    const std::string answer = turned_away.read_until("");
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_THAT(answer, testing::HasSubstr("its limit of 1;"));
    served.get("/");
    EXPECT_THAT(served.read_until("GET / "), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  // The server learns of the end a moment later than this test does.
  std::string answer;
  while (!answer.starts_with("HTTP/1.1 200 OK\r\n")) {
    Client next(address());
    next.get("/");
    answer = next.read_until("\r\n\r\n");
    ASSERT_FALSE(answer.empty());
  }
}

TEST_F(ServerTest, ClosesWhoWouldBeOneTooManyEvenToBeTurnedAway) {
  Limits limits;
  limits.connections_max = 0;
  limits.turned_away_max = 0;
  start(limits);
  Client client(address());
  EXPECT_EQ(client.read_until(""), "");
}

TEST_F(ServerTest, HoldsNewLimitsAgainstConnectionsThatAreThereAlready) {
  Client client(address());
  client.get("/");
  client.read_until("GET / ");
  Limits limits;
  limits.head_bytes_max = 64;
  server_->set_limits(limits);
  client.get("/");  // the turn that answers this one ends with the new limits in force
  client.read_until("GET / ");
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(64, 'x') + "\r\n\r\n");
  const std::string answer = client.read_until("");
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer, testing::HasSubstr("the limit of 64 bytes"));
}

TEST_F(ServerTest, LetsRunningAnswersSayGoodbyeWhenItStops) {
  Client client(address());
  client.get("/hold");
  client.read_until("first");
  server_->stop(0ms);
  EXPECT_NE(client.read_until("").find("goodbye"), std::string::npos);
  EXPECT_TRUE(journal_.wait_for("shutdown"));
}

TEST_F(ServerTest, StopsAtOnceWhenIdle) {
  Client client(address());
  client.get("/a");
  client.read_until("GET /a ");
  server_->stop(60s);  // would take a minute if an idle connection held it
  EXPECT_EQ(client.read_until(""), "");
}

TEST_F(ServerTest, SaysThatThePortIsTaken) {
  const auto second = Server::start(*reactor_, {.address = address(), .limits = {}}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find(address()), std::string::npos);
}

TEST_F(ServerTest, ListensOnIpv6) {
  auto server =
      Server::start(*reactor_, {.address = "[::1]:0", .limits = {}}, [this](reactor::Worker&) {
        return std::make_unique<Scripted>(journal_, pieces_);
      });
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE((*server)->address().starts_with("[::1]:"));
  EXPECT_TRUE((*server)->loopback());
}

}  // namespace
}  // namespace patchbay::server
