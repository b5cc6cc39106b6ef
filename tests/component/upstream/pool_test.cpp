// Which connections are used again, which are not, and what happens when a warm one is dead.

#include <atomic>
#include <string>

#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class PoolTest : public UpstreamTest {};

TEST_F(PoolTest, UsesAConnectionAgain) {
  RawServer server(always(answer("ok")));
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(server.accepted(), 1);
  const Client::Counters after = counters();
  EXPECT_EQ(after.dialled, 1U);
  EXPECT_EQ(after.reused, 4U);
  EXPECT_EQ(after.idle, 1U);
  EXPECT_EQ(after.busy, 0U);
}

TEST_F(PoolTest, UsesTheConnectionAgainFromWithinOnEnd) {
  RawServer server(always(answer("ok")));
  Recorder second;
  Recorder& first = start(get(server.url()), [&](Recorder& recorder) {
    recorder.at_end = [&] { second.transfer = client_->start(get(server.url()), second); };
  });
  first.wait_end();
  EXPECT_EQ(second.wait_end().body(), "ok");
  EXPECT_EQ(server.accepted(), 1);
  cancel(second);
}

TEST_F(PoolTest, KeepsConnectionsOfDifferentSettingsApart) {
  RawServer server(always(answer("ok")));
  fetch(get(server.url()));
  Request other = get(server.url());
  other.connection.verify = false;
  fetch(std::move(other));
  EXPECT_EQ(server.accepted(), 2);
  // The name of the host is the same in any case.
  fetch(get("http://127.0.0.1:" + std::to_string(server.port()) + "/again"));
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(PoolTest, DoesNotKeepWhatTheUpstreamWillClose) {
  for (const char* text : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                           "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"}) {
    RawServer server(always(text));
    EXPECT_EQ(fetch(get(server.url())).body(), "ok");
    EXPECT_EQ(fetch(get(server.url())).body(), "ok");
    EXPECT_EQ(server.accepted(), 2);
    EXPECT_EQ(counters().idle, 0U);
  }
}

TEST_F(PoolTest, ClosesAConnectionWithBytesBehindTheAnswer) {
  std::promise<void> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    if (peer.index() > 0) {
      peer.send(answer("second"));
      peer.closed_by_client();
      return;
    }
    peer.send(answer("first") + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    peer.closed_by_client();
    closed.set_value();
  });
  EXPECT_EQ(fetch(get(server.url())).body(), "first");
  closed.get_future().wait();
  EXPECT_EQ(fetch(get(server.url())).body(), "second");
}

TEST_F(PoolTest, ClosesAnIdleConnectionOnWhichSomethingArrives) {
  std::promise<void> now;
  std::promise<void> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(answer("ok"));
    now.get_future().wait();
    peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    peer.closed_by_client();
    closed.set_value();
  });
  fetch(get(server.url()));
  EXPECT_EQ(counters().idle, 1U);
  now.set_value();
  closed.get_future().wait();
  wait_counters([](const Client::Counters& now_counted) { return now_counted.idle == 0; });
}

TEST_F(PoolTest, DropsAnIdleConnectionThatTheUpstreamCloses) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send(answer("ok"));
  });
  fetch(get(server.url()));
  wait_counters([](const Client::Counters& now) { return now.idle == 0; });
  EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(counters().retried, 0U);
  EXPECT_EQ(server.accepted(), 2);
}

// Answers the first request of the first connection and hangs up on the second.
RawServer::Script stale(std::string last_words, bool reset = false) {
  return [last_words = std::move(last_words), reset](Peer& peer) {
    peer.read_request();
    peer.send(answer("first"));
    const std::string request = peer.read_request();
    if (request.empty()) return;
    peer.send(last_words);
    if (reset) peer.reset();
  };
}

TEST_F(PoolTest, SendsARequestOnceMoreWhenTheWarmConnectionWasDead) {
  for (const bool reset : {false, true}) {
    std::promise<std::string> again;
    RawServer server([&, first = stale("", reset)](Peer& peer) {
      if (peer.index() == 0) {
        first(peer);
        return;
      }
      again.set_value(peer.read_request());
      peer.send(answer("fresh"));
      peer.closed_by_client();
    });
    const std::uint64_t before = counters().retried;
    EXPECT_EQ(fetch(get(server.url())).body(), "first");
    const Recorder& got = fetch(post(server.url("/p"), {"all ", "of ", "it"}));
    EXPECT_EQ(got.body(), "fresh") << got.error().message;
    EXPECT_TRUE(again.get_future().get().ends_with("\r\n\r\nall of it"));
    EXPECT_EQ(counters().retried, before + 1);
    EXPECT_EQ(server.accepted(), 2);
  }
}

TEST_F(PoolTest, SendsARequestOnlyOnceMore) {
  RawServer server([first = stale("")](Peer& peer) {
    if (peer.index() == 0) {
      first(peer);
    } else {
      peer.read_request();
    }
  });
  fetch(get(server.url()));
  const Recorder& got = fetch(get(server.url()));
  EXPECT_EQ(got.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(PoolTest, DoesNotSendAgainOnceAnAnswerHasBegun) {
  RawServer server(stale("H"));
  fetch(get(server.url()));
  const Recorder& got = fetch(get(server.url()));
  EXPECT_EQ(got.error().code, ErrorCode::kProtocol);
  EXPECT_EQ(counters().retried, 0U);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(PoolTest, DoesNotSendAgainWhatANewConnectionLost) {
  RawServer server([](Peer& peer) { peer.read_request(); });
  const Recorder& got = fetch(get(server.url()));
  EXPECT_EQ(got.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(got.error().message, server.name() + " closed the connection without an answer");
  EXPECT_EQ(counters().retried, 0U);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(PoolTest, TellsThatTheConnectionWasReset) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.reset();
  });
  const Recorder& got = fetch(get(server.url()));
  EXPECT_EQ(got.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(got.error().message,
            "the connection to " + server.name() + " was reset before its answer");
}

class SmallPoolTest : public UpstreamTest {
 protected:
  SmallPoolTest() : UpstreamTest({.idle_max = 1}) {}
};

TEST_F(SmallPoolTest, KeepsNoMoreIdleConnectionsThanAllowed) {
  std::mutex mutex;
  std::condition_variable both_here;
  int here = 0;
  std::atomic<int> seen_closed{0};
  std::promise<void> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    {
      std::unique_lock<std::mutex> lock(mutex);
      if (++here == 2) both_here.notify_all();
      both_here.wait(lock, [&] { return here >= 2; });
    }
    peer.send(answer("ok"));
    if (peer.closed_by_client() && seen_closed++ == 0) closed.set_value();
  });
  start(get(server.url()));
  start(get(server.url()));
  recorders_[0]->wait_end();
  recorders_[1]->wait_end();
  closed.get_future().wait();
  EXPECT_EQ(counters().idle, 1U);
}

class ShortIdleTest : public UpstreamTest {
 protected:
  ShortIdleTest() : UpstreamTest({.idle_timeout = std::chrono::milliseconds(20)}) {}
};

TEST_F(ShortIdleTest, ClosesAConnectionThatNobodyWants) {
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(answer("ok"));
    closed.set_value(peer.closed_by_client());
  });
  fetch(get(server.url()));
  EXPECT_TRUE(closed.get_future().get());
  EXPECT_EQ(counters().idle, 0U);
}

}  // namespace
}  // namespace patchbay::upstream
