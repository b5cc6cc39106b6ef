// A transfer that is recorded is as good as one that is not, and leaves one line behind.

#include "core/relay/recorder.hpp"

#include "tests/component/recorder/recording_folder.hpp"
#include "tests/component/upstream/harness.hpp"

namespace patchbay::relay {
namespace {

using upstream::Peer;
using upstream::RawServer;

class RecorderTest : public upstream::UpstreamTest {
 protected:
  upstream::Recorder& record(upstream::Request request,
                             const std::function<void(upstream::Recorder&)>& prepare = {}) {
    upstream::Recorder& handler = *recorders_.emplace_back(std::make_unique<upstream::Recorder>());
    if (prepare) prepare(handler);
    on_worker([&] {
      handler.transfer = recorder_.start(*client_,
                                         std::move(request),
                                         handler,
                                         {.request_id = "req-1", .model = "m-1", .stream = false});
    });
    return handler;
  }
  // What was written, once there is nothing left to write.
  std::vector<json::Value> written() {
    writer_->shut_down();
    return folder_.lines();
  }

  RecordingFolder folder_;
  std::shared_ptr<RecordingWriter> writer_ = std::make_shared<RecordingWriter>();
  Recorder recorder_{
      "some-type", {folder_.path(), "main", RecordingSecrets({"sk-planted-1"})}, writer_};
};

TEST_F(RecorderTest, KeepsBothSidesAndChangesNeither) {
  RawServer server([](Peer& peer) {
    const std::string request = peer.read_request();
    EXPECT_NE(request.find("Authorization: Bearer sk-planted-1"), std::string::npos);
    peer.send(upstream::answer(R"({"error":"key sk-planted-1 is bad"})",
                               "Content-Type: application/json\r\nX-One: 1\r\n"));
    peer.closed_by_client();
  });
  upstream::Request request = post(server.url("/v1/chat/completions"), {"{\"model\":", "\"m-1\"}"});
  request.headers.add("Authorization", "Bearer sk-planted-1");
  const auto& got = record(std::move(request)).wait_end();
  EXPECT_TRUE(got.succeeded());
  EXPECT_EQ(got.body(), R"({"error":"key sk-planted-1 is bad"})");
  EXPECT_EQ(got.headers().find("x-one"), "1");

  const auto lines = written();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(text_at(lines[0], {"meta", "provider"}), "some-type");
  EXPECT_EQ(text_at(lines[0], {"meta", "name"}), "main");
  EXPECT_EQ(text_at(lines[0], {"meta", "model"}), "m-1");
  EXPECT_EQ(text_at(lines[0], {"meta", "request_id"}), "req-1");
  EXPECT_EQ(text_at(lines[0], {"meta", "id"}).size(), 36u);
  EXPECT_EQ(text_at(lines[0], {"request", "url"}), server.url("/v1/chat/completions"));
  EXPECT_EQ(text_at(lines[0], {"request", "body", "text"}), R"({"model":"m-1"})");
  EXPECT_EQ(text_at(lines[0], {"response", "body", "text"}), R"({"error":"key *** is bad"})");
  EXPECT_TRUE(lines[0].find("meta")->find("complete")->as_bool().value_or(false));
}

TEST_F(RecorderTest, KnowsAStreamByItsType) {
  RawServer server(upstream::always(
      upstream::answer("data: 1\n\ndata: [DONE]\n\n", "Content-Type: text/event-stream\r\n")));
  EXPECT_TRUE(record(get(server.url())).wait_end().succeeded());
  const auto lines = written();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].find("meta")->find("stream")->as_bool().value_or(false));
}

TEST_F(RecorderTest, CountsAnAnswerThatItsReadersFinishedAsComplete) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    peer.closed_by_client();
  });
  auto& handler = record(get(server.url()), [](upstream::Recorder& made) {
    made.at_body = [&made] { upstream::Transfer::finish(std::move(made.transfer)); };
  });
  handler.wait_body(5);
  const auto lines = written();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(text_at(lines[0], {"response", "body", "text"}), "hello");
  EXPECT_TRUE(lines[0].find("meta")->find("complete")->as_bool().value_or(false));
}

TEST_F(RecorderTest, SaysOfACancelledAnswerHowFarItCame) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    peer.closed_by_client();
  });
  auto& handler = record(get(server.url()));
  handler.wait_body(5);
  cancel(handler);
  const auto lines = written();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(text_at(lines[0], {"response", "body", "text"}), "hello");
  EXPECT_FALSE(lines[0].find("meta")->find("complete")->as_bool().value_or(true));
  EXPECT_EQ(text_at(lines[0], {"meta", "error"}), "the call ended before the answer did");
}

TEST_F(RecorderTest, KeepsATransferThatItsHandlerDestroysInTheMiddle) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    peer.closed_by_client();
  });
  auto& handler = record(get(server.url()), [](upstream::Recorder& made) {
    made.at_head = [&made] { made.transfer.reset(); };
  });
  handler.wait_head();
  ASSERT_EQ(written().size(), 1u);
}

TEST_F(RecorderTest, KeepsARequestThatFoundNobody) {
  std::string url;
  {
    RawServer server([](Peer&) {});
    url = server.url();
  }
  EXPECT_FALSE(record(get(url)).wait_end().succeeded());
  const auto lines = written();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].find("response")->is(json::Kind::kNull));
  EXPECT_NE(text_at(lines[0], {"meta", "error"}), "(none)");
}

TEST_F(RecorderTest, PausesAndGoesOn) {
  RawServer server(upstream::always(upstream::answer(std::string(300'000, 'x'))));
  auto& handler = record(get(server.url()), [](upstream::Recorder& made) {
    made.at_head = [&made] { made.transfer->pause(); };
  });
  handler.wait_head();
  EXPECT_EQ(on_worker([&] { return handler.transfer->received(); }), 0u);
  on_worker([&] { handler.transfer->resume(); });
  EXPECT_EQ(handler.wait_end().body().size(), 300'000u);
  EXPECT_EQ(text_at(written().at(0), {"response", "body", "text"}).size(), 300'000u);
}

TEST_F(RecorderTest, StartsUnrecordedWithoutARecorder) {
  RawServer server(upstream::always(upstream::answer("hello")));
  Provider provider{};
  upstream::Recorder& handler = *recorders_.emplace_back(std::make_unique<upstream::Recorder>());
  on_worker([&] {
    handler.transfer = start_transfer(provider, *client_, get(server.url()), handler, {});
  });
  EXPECT_EQ(handler.wait_end().body(), "hello");
  EXPECT_TRUE(written().empty());
}

}  // namespace
}  // namespace patchbay::relay
