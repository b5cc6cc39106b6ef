// Pausing, cancelling and finishing early, also from within the callbacks.

#include <atomic>
#include <string>

#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class FlowTest : public UpstreamTest {};

// More than the kernel's buffers of both sides hold.
constexpr std::size_t kPlenty = 64 << 20;

TEST_F(FlowTest, StopsTheUpstreamWhilePausedAndReadsOnAfterwards) {
  const std::string body(kPlenty, 'b');
  std::promise<std::size_t> stuck_after;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kPlenty) + "\r\n\r\n");
    const std::size_t sent = peer.send_until_stuck(body, 300);
    stuck_after.set_value(sent);
    peer.send(std::string_view(body).substr(sent));
    peer.closed_by_client();
  });
  std::size_t read_at_pause = 0;
  Recorder& got = start(get(server.url()), [&](Recorder& recorder) {
    recorder.at_body = [&] {
      if (recorder.body_calls() > 1) return;
      recorder.transfer->pause();
      read_at_pause = recorder.body().size();
    };
  });
  got.wait_body(1);
  EXPECT_LT(stuck_after.get_future().get(), kPlenty) << "the upstream could send everything";
  EXPECT_EQ(got.body().size(), read_at_pause) << "something was given while paused";
  EXPECT_EQ(on_worker([&] { return got.transfer->received(); }), read_at_pause);

  on_worker([&] { got.transfer->resume(); });
  EXPECT_TRUE(got.wait_end().succeeded());
  EXPECT_EQ(got.body().size(), kPlenty);
}

TEST_F(FlowTest, HoldsBackBodyAndEndWhenPausedAtTheHead) {
  RawServer server(always(answer("body")));
  Recorder& got = start(get(server.url()), [](Recorder& recorder) {
    recorder.at_head = [&recorder] { recorder.transfer->pause(); };
  });
  got.wait_head();
  // Another answer comes from the same upstream meanwhile; had there been more to tell of the
  // first one, it would have come before.
  EXPECT_EQ(fetch(get(server.url())).body(), "body");
  EXPECT_EQ(got.body(), "");
  EXPECT_FALSE(got.ended());
  on_worker([&] { got.transfer->resume(); });
  EXPECT_EQ(got.wait_end().body(), "body");
  EXPECT_TRUE(got.succeeded());
}

TEST_F(FlowTest, PausesAndResumesAtEveryPiece) {
  const std::string body(8 << 20, 'b');
  RawServer server(always(answer(body)));
  Recorder& got = start(get(server.url()), [&](Recorder& recorder) {
    recorder.at_body = [&] {
      recorder.transfer->pause();
      reactor_->worker(0).post([&] {
        if (recorder.transfer != nullptr) recorder.transfer->resume();
      });
    };
  });
  EXPECT_EQ(got.wait_end().body().size(), body.size());
  EXPECT_TRUE(got.succeeded());
}

TEST_F(FlowTest, TellsOfABrokenConnectionOnlyOnceResumed) {
  std::promise<void> paused;
  std::promise<void> gone;
  RawServer server([&](Peer& peer) {
    if (peer.index() > 0) {
      peer.read_request();
      peer.send(answer("other"));
      return;
    }
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    paused.get_future().wait();
    peer.drop();
    gone.set_value();
  });
  Recorder& got = start(get(server.url()), [](Recorder& recorder) {
    recorder.at_body = [&recorder] { recorder.transfer->pause(); };
  });
  got.wait_body(3);
  paused.set_value();
  gone.get_future().wait();
  EXPECT_EQ(fetch(get(server.url())).body(), "other");
  EXPECT_FALSE(got.ended());
  on_worker([&] { got.transfer->resume(); });
  EXPECT_EQ(got.wait_end().error().code, ErrorCode::kProtocol);
}

TEST_F(FlowTest, ClosesTheConnectionWhenCancelled) {
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    closed.set_value(peer.closed_by_client());
  });
  Recorder& got = start(get(server.url()));
  got.wait_body(3);
  cancel(got);
  EXPECT_TRUE(closed.get_future().get());
  EXPECT_FALSE(got.ended());
  EXPECT_EQ(counters().busy, 0U);
  EXPECT_EQ(counters().idle, 0U);
}

TEST_F(FlowTest, ClosesTheConnectionWhenCancelledBeforeAnyAnswer) {
  std::promise<void> asked;
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    asked.set_value();
    closed.set_value(peer.closed_by_client());
  });
  Recorder& got = start(get(server.url()));
  asked.get_future().wait();
  cancel(got);
  EXPECT_TRUE(closed.get_future().get());
}

TEST_F(FlowTest, CanBeCancelledInTheTurnInWhichItStarts) {
  RawServer server(always(answer("ok")));
  Recorder recorder;
  on_worker([&] {
    client_->start(get(server.url()), recorder).reset();
    client_->start(get("nonsense"), recorder).reset();
  });
  EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_FALSE(recorder.ended());
}

TEST_F(FlowTest, CanBeCancelledFromEveryCallback) {
  enum class At { kHead, kBody, kEnd };
  for (const At at : {At::kHead, At::kBody, At::kEnd}) {
    RawServer server(always(answer("body")));
    std::promise<void> cancelled;
    Recorder& got = start(get(server.url()), [&](Recorder& recorder) {
      const auto cancel_here = [&recorder, &cancelled] {
        recorder.transfer.reset();
        cancelled.set_value();
      };
      (at == At::kHead   ? recorder.at_head
       : at == At::kBody ? recorder.at_body
                         : recorder.at_end) = cancel_here;
    });
    cancelled.get_future().wait();
    EXPECT_EQ(fetch(get(server.url())).body(), "body");
    EXPECT_EQ(got.ended(), at == At::kEnd);
    EXPECT_EQ(got.body(), at == At::kHead ? "" : "body");
  }
}

TEST_F(FlowTest, CanCancelOtherTransfersFromACallback) {
  RawServer server([](Peer& peer) {
    const std::string request = peer.read_request();
    if (request.starts_with("GET /first")) peer.send(answer("ok"));
    peer.closed_by_client();
  });
  std::vector<Recorder*> others;
  for (int i = 0; i < 40; ++i)
    others.push_back(&start(get(server.url("/waits"))));
  Recorder& first = start(get(server.url("/first")), [&](Recorder& recorder) {
    recorder.at_end = [&] {
      for (Recorder* other : others)
        other->transfer.reset();
    };
  });
  EXPECT_TRUE(first.wait_end().succeeded());
  EXPECT_EQ(counters().busy, 0U);
  for (const Recorder* other : others)
    EXPECT_FALSE(other->ended());
}

TEST_F(FlowTest, KeepsTheConnectionWhenAFinishedAnswerTurnsOutComplete) {
  std::promise<void> finished;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n[DONE]\r\n");
    finished.get_future().wait();
    peer.send("0\r\n\r\n");
    peer.read_request();
    peer.send(answer("second"));
    peer.closed_by_client();
  });
  Recorder& got = start(get(server.url()), [&](Recorder& recorder) {
    recorder.at_body = [&] {
      Transfer::finish(std::move(recorder.transfer));
      finished.set_value();
    };
  });
  got.wait_body(6);
  wait_counters([](const Client::Counters& now) { return now.idle == 1; });
  EXPECT_FALSE(got.ended());
  EXPECT_EQ(fetch(get(server.url())).body(), "second");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(FlowTest, KeepsTheConnectionWhenTheFinishedAnswerWasCompleteAlready) {
  RawServer server(
      always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n[DONE]\r\n0\r\n\r\n"));
  std::promise<void> finished;
  Recorder& got = start(get(server.url()), [&](Recorder& recorder) {
    recorder.at_body = [&] {
      Transfer::finish(std::move(recorder.transfer));
      finished.set_value();
    };
  });
  finished.get_future().wait();
  wait_counters([](const Client::Counters& now) { return now.idle == 1; });
  EXPECT_FALSE(got.ended());
}

TEST_F(FlowTest, ClosesTheConnectionWhenAFinishedAnswerGoesOn) {
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n[DONE]\r\n");
    closed.set_value(peer.closed_by_client());
  });
  Recorder& got = start(get(server.url()));
  got.wait_body(6);
  on_worker([&] { Transfer::finish(std::move(got.transfer)); });
  EXPECT_TRUE(closed.get_future().get());
  EXPECT_EQ(counters().busy, 0U);
}

TEST_F(FlowTest, ClosesTheConnectionWhenAFinishedAnswerFloods) {
  const std::string body(kPlenty, 'b');
  std::promise<void> go_on;
  std::promise<bool> cut;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n[DONE]");
    go_on.get_future().wait();
    cut.set_value(!peer.send(body));
  });
  Recorder& got = start(get(server.url()));
  got.wait_body(6);
  on_worker([&] { Transfer::finish(std::move(got.transfer)); });
  go_on.set_value();
  EXPECT_TRUE(cut.get_future().get());
}

TEST_F(FlowTest, FinishBeforeAnyAnswerIsACancel) {
  std::promise<void> asked;
  std::promise<bool> closed;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    asked.set_value();
    closed.set_value(peer.closed_by_client());
  });
  Recorder& got = start(get(server.url()));
  asked.get_future().wait();
  on_worker([&] { Transfer::finish(std::move(got.transfer)); });
  EXPECT_TRUE(closed.get_future().get());
}

}  // namespace
}  // namespace patchbay::upstream
