// Every way in which an upstream can keep us waiting. The limits are short; what is waited for is
// always an event.

#include <string>

#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

using std::chrono::milliseconds;

class TimeoutTest : public UpstreamTest {};

// Speaks no TLS and says nothing: a handshake with it never ends.
RawServer::Script silent() {
  return [](Peer& peer) { peer.closed_by_client(); };
}

std::string handshake_url(const RawServer& server) {
  return "https://" + server.name() + "/";
}

TEST_F(TimeoutTest, EndsADialThatTakesTooLong) {
  RawServer server(silent());
  Request request = get(handshake_url(server));
  request.connection.connect_timeout = milliseconds(100);
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kTimeout);
  EXPECT_EQ(error.message, "timed out connecting to " + server.name() + " after 100 ms");
}

TEST_F(TimeoutTest, EndsTheWaitForTheFirstByte) {
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    closed.set_value(peer.closed_by_client());
  });
  Request request = get(server.url());
  request.timeouts.first_byte = milliseconds(50);
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kTimeout);
  EXPECT_EQ(
      error.message,
      "timed out waiting for the first byte of an answer from " + server.name() + " after 50 ms");
  EXPECT_TRUE(closed.get_future().get());
}

TEST_F(TimeoutTest, CountsAnInterimAnswerAsNone) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    peer.closed_by_client();
  });
  Request request = get(server.url());
  request.timeouts.first_byte = milliseconds(50);
  EXPECT_EQ(fetch(std::move(request)).error().code, ErrorCode::kTimeout);
}

TEST_F(TimeoutTest, EndsARequestThatTheUpstreamDoesNotTake) {
  std::promise<void> over;
  RawServer server([&](Peer&) { over.get_future().wait(); });
  const std::string body(64 << 20, 'b');
  Request request = post(server.url(), {body});
  request.timeouts.first_byte = milliseconds(100);
  EXPECT_EQ(fetch(std::move(request)).error().code, ErrorCode::kTimeout);
  over.set_value();
}

TEST_F(TimeoutTest, EndsASilenceInTheBody) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    peer.closed_by_client();
  });
  Request request = get(server.url());
  request.timeouts.first_byte = std::chrono::minutes(10);
  request.timeouts.idle = milliseconds(50);
  const Recorder& got = fetch(std::move(request));
  EXPECT_EQ(got.body(), "abc");
  EXPECT_EQ(got.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(got.error().message,
            "timed out: " + server.name() + " sent nothing for 50 ms in the middle of its answer");
}

TEST_F(TimeoutTest, EndsASilenceInTheHead) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-");
    peer.closed_by_client();
  });
  Request request = get(server.url());
  request.timeouts.idle = milliseconds(50);
  EXPECT_EQ(fetch(std::move(request)).error().code, ErrorCode::kTimeout);
}

TEST_F(TimeoutTest, DoesNotBlameTheUpstreamForAPauseOfOurs) {
  std::promise<void> resumed;
  RawServer server([&](Peer& peer) {
    const std::string request = peer.read_request();
    if (request.starts_with("GET /silent")) {
      peer.closed_by_client();
      return;
    }
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    resumed.get_future().wait();
    peer.send("def");
    peer.closed_by_client();
  });
  Request request = get(server.url());
  request.timeouts.idle = milliseconds(200);
  Recorder& got = start(std::move(request), [](Recorder& recorder) {
    recorder.at_body = [&recorder] { recorder.transfer->pause(); };
  });
  got.wait_body(3);
  Request longer = get(server.url("/silent"));
  longer.timeouts.first_byte = milliseconds(500);
  EXPECT_EQ(fetch(std::move(longer)).error().code, ErrorCode::kTimeout);
  EXPECT_FALSE(got.ended());

  // The silence counts again once we listen.
  on_worker([&] { got.transfer->resume(); });
  EXPECT_EQ(got.wait_end().error().code, ErrorCode::kTimeout);
  resumed.set_value();
}

TEST_F(TimeoutTest, EndsAnAnswerThatTakesTooLongInAll) {
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    closed.set_value(peer.closed_by_client());
  });
  Request request = get(server.url());
  request.timeouts.first_byte = std::chrono::minutes(10);
  request.timeouts.idle = std::chrono::minutes(10);
  request.timeouts.total = milliseconds(50);
  const Recorder& got = fetch(std::move(request));
  EXPECT_EQ(got.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(got.error().message, "timed out: " + server.name() + " did not finish within 50 ms");
  EXPECT_TRUE(closed.get_future().get());
}

TEST_F(TimeoutTest, CountsTheTotalTimeAlsoWhereBytesKeepComing) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string bytes(64, 'x');
    while (peer.send_until_stuck(bytes, 1000) == bytes.size()) {
    }
  });
  Request request = get(server.url());
  request.timeouts.idle = std::chrono::minutes(10);
  request.timeouts.total = milliseconds(30);
  const Recorder& got = fetch(std::move(request));
  EXPECT_EQ(got.error().message, "timed out: " + server.name() + " did not finish within 30 ms");
}

TEST_F(TimeoutTest, CountsTheTotalTimeFromWhereTheCallerBegan) {
  RawServer server(silent());
  Request request = get(server.url());
  request.timeouts.first_byte = std::chrono::minutes(10);
  request.timeouts.total = std::chrono::minutes(10);
  request.begun_at = Clock::now() - std::chrono::minutes(11);
  EXPECT_EQ(fetch(std::move(request)).error().message,
            "timed out: " + server.name() + " did not finish within 10 min");
}

TEST_F(TimeoutTest, CountsTheTotalTimeWhileItConnects) {
  RawServer server(silent());
  Request request = get(handshake_url(server));
  request.connection.connect_timeout = std::chrono::minutes(10);
  request.timeouts.total = milliseconds(50);
  EXPECT_EQ(fetch(std::move(request)).error().message,
            "timed out: " + server.name() + " did not finish within 50 ms");
  EXPECT_EQ(counters().busy, 0U);
}

TEST_F(TimeoutTest, CountsTheTotalTimeWhilePausedAndTellsOfItAfterwards) {
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    closed.set_value(peer.closed_by_client());
  });
  Request request = get(server.url());
  request.timeouts.total = milliseconds(100);
  Recorder& got = start(std::move(request), [](Recorder& recorder) {
    recorder.at_body = [&recorder] { recorder.transfer->pause(); };
  });
  EXPECT_TRUE(closed.get_future().get());
  EXPECT_FALSE(got.ended());
  on_worker([&] { got.transfer->resume(); });
  EXPECT_EQ(got.wait_end().error().message,
            "timed out: " + server.name() + " did not finish within 100 ms");
  EXPECT_EQ(got.body(), "abc");
}

class QueueTest : public UpstreamTest {
 protected:
  QueueTest() : UpstreamTest({.dials_max = 1}) {}

  // Holds the only place there is.
  Recorder& start_endless(const RawServer& server) {
    Request request = get(handshake_url(server));
    request.connection.connect_timeout = std::chrono::minutes(10);
    Recorder& recorder = start(std::move(request));
    while (server.accepted() == 0)
      counters();
    return recorder;
  }
};

TEST_F(QueueTest, DialsOneAfterTheOther) {
  RawServer server(always(answer("ok")));
  for (int i = 0; i < 20; ++i)
    start(get(server.url()));
  for (const auto& recorder : recorders_)
    EXPECT_EQ(recorder->wait_end().body(), "ok");
}

TEST_F(QueueTest, BeginsTheNextDialWhenOneIsCancelled) {
  RawServer hole(silent());
  RawServer server(always(answer("ok")));
  Recorder& endless = start_endless(hole);
  Recorder& dropped = start(get(server.url()));
  Recorder& waiting = start(get(server.url()));
  for (int i = 0; i < 10; ++i)
    counters();
  EXPECT_EQ(server.accepted(), 0) << "a second dial was begun";

  cancel(dropped);
  cancel(endless);
  EXPECT_EQ(waiting.wait_end().body(), "ok");
  EXPECT_FALSE(dropped.ended());
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(QueueTest, EndsADialWhoseTurnDoesNotCome) {
  RawServer hole(silent());
  RawServer server(always(answer("ok")));
  start_endless(hole);
  Request request = get(server.url());
  request.connection.connect_timeout = milliseconds(50);
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kTimeout);
  EXPECT_EQ(error.message, "timed out connecting to " + server.name() + " after 50 ms");
  EXPECT_EQ(error.detail, "its turn to dial did not come");
}

TEST_F(QueueTest, GivesAConnectionThatComesFreeToWhoeverWaits) {
  std::promise<void> hole_is_open;
  RawServer hole(silent());
  RawServer server([&](Peer& peer) {
    peer.read_request();
    hole_is_open.get_future().wait();
    peer.send(answer("first"));
    peer.read_request();
    peer.send(answer("second"));
    peer.closed_by_client();
  });
  Recorder& first = start(get(server.url()));
  wait_counters([](const Client::Counters& now) { return now.busy == 1; });
  start_endless(hole);
  Recorder& waiting = start(get(server.url()));
  hole_is_open.set_value();
  EXPECT_EQ(first.wait_end().body(), "first");
  EXPECT_EQ(waiting.wait_end().body(), "second");
  EXPECT_EQ(counters().reused, 1U);
}

class FairQueueTest : public UpstreamTest {
 protected:
  FairQueueTest() : UpstreamTest({.dials_max = 8}) {}

  // More dials than there are places, none of which ever ends.
  void start_many(const RawServer& hole) {
    for (int i = 0; i < 20; ++i) {
      Request request = get(handshake_url(hole));
      request.connection.connect_timeout = std::chrono::minutes(10);
      start(std::move(request));
    }
  }

  void wait_accepted(const RawServer& server, int connections) {
    wait_counters([&](const Client::Counters&) { return server.accepted() >= connections; });
  }
};

TEST_F(FairQueueTest, LeavesHalfOfThePlacesToOthers) {
  RawServer hole(silent());
  RawServer server(always(answer("ok")));
  start_many(hole);
  wait_accepted(hole, 4);
  EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(hole.accepted(), 4);
}

TEST_F(FairQueueTest, LeavesRoomWhenSeveralUpstreamsAreBlackHoles) {
  RawServer first(silent());
  RawServer second(silent());
  RawServer third(silent());
  RawServer server(always(answer("ok")));
  start_many(first);
  wait_accepted(first, 4);
  start_many(second);
  wait_accepted(second, 2);
  start_many(third);
  wait_accepted(third, 1);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(fetch(get(server.url("/" + std::to_string(i)))).body(), "ok");
  EXPECT_EQ(first.accepted(), 4);
  EXPECT_EQ(second.accepted(), 2);
  EXPECT_EQ(third.accepted(), 1);
}

TEST_F(FairQueueTest, GivesAPlaceThatComesFreeToTheNextInLine) {
  RawServer hole(silent());
  RawServer server(always(answer("ok")));
  start_many(hole);
  wait_accepted(hole, 4);
  cancel(*recorders_[0]);
  wait_accepted(hole, 5);
  EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(hole.accepted(), 5);
}

}  // namespace
}  // namespace patchbay::upstream
