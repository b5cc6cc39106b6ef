// GET /streams/{id} and POST /streams/{id}/stop, over sockets.

#include "core/api/chat/stream_reader.hpp"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/api/api_handler.hpp"
#include "core/server/server.hpp"
#include "core/streams/memory_hub.hpp"
#include "tests/support/blocking_client.hpp"
#include "tests/support/on_workers.hpp"

namespace patchbay::api {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class StreamReaderTest : public testing::Test {
 protected:
  explicit StreamReaderTest(streams::Bounds bounds = {})
      : hub_(std::make_shared<streams::MemoryHub>(bounds)) {
    Snapshot snapshot{routing::RouteTable({}, {}), {}, AccessPolicy{true, {}, {}}};
    snapshot.services.streams = hub_;
    const auto shared = std::make_shared<const Snapshot>(std::move(snapshot));
    auto started = server::Server::start(
        workers_.reactor(), {.address = "127.0.0.1:0", .limits = {}}, [&](reactor::Worker& worker) {
          return std::make_unique<ApiHandler>(worker, shared);
        });
    EXPECT_TRUE(started);
    server_ = std::move(*started);
  }

  ~StreamReaderTest() override {
    workers_.run(0, [this] { log_.reset(); });
    server_->stop(std::chrono::seconds(0));
    for (unsigned i = 0; i < 2; ++i)  // for the log, which may have gone after the server
      workers_.run(i, [&] { hub_->leave(workers_[i]); });
  }

  void open(bool lines, const std::string& protocol = "data-stream") {
    workers_.run(0, [&] {
      log_ = hub_->open(workers_[0],
                        {.id = "one",
                         .owner = "user:ada",
                         .protocol = protocol,
                         .content_type = "text/event-stream",
                         .lines = lines},
                        {.stop = [this] { stopped_ = true; }});
    });
  }

  void append(const std::string& frames) {
    workers_.run(0, [&] { log_->append(frames); });
  }

  void finish() {
    workers_.run(0, [&] { log_->finish(); });
  }

  // The whole answer as HTTP/1.0 has it: it ends with the connection.
  std::string ask(const std::string& line, const std::string& headers = "userid: ada\r\n") {
    test::BlockingClient client(server_->address());
    client.send(line + " HTTP/1.0\r\nHost: localhost\r\n" + headers + "\r\n");
    return client.read_until("");
  }

  static std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  const std::shared_ptr<streams::MemoryHub> hub_;
  test::Workers workers_{2};
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<streams::Log> log_;
  bool stopped_ = false;
};

TEST_F(StreamReaderTest, ReadsALineProtocolOnWithItsHeaders) {
  open(true);
  append("0:\"a\"\n0:\"b\"\n0:\"c\"\n");
  finish();
  const std::string answer = ask("GET /streams/one?after=1");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200"));
  EXPECT_THAT(answer, HasSubstr("content-type: text/event-stream\r\n"));
  EXPECT_THAT(answer, HasSubstr("x-vercel-ai-data-stream: v1\r\n"));
  EXPECT_THAT(answer, HasSubstr("x-stream-id: one\r\n"));
  EXPECT_THAT(answer, HasSubstr("cache-control: no-cache\r\n"));
  EXPECT_THAT(answer, HasSubstr("x-accel-buffering: no\r\n"));
  EXPECT_EQ(body_of(answer), "0:\"b\"\n0:\"c\"\n");
  EXPECT_EQ(body_of(ask("GET /streams/one")), "0:\"a\"\n0:\"b\"\n0:\"c\"\n");
}

TEST_F(StreamReaderTest, NumbersTheEventsOfAnEventStream) {
  open(false, "ui-message-stream");
  append("data: a\n\nevent: x\ndata: b\n\n");
  append("data: c\r\n\r\n");
  finish();
  const std::string answer = ask("GET /streams/one?after=1");
  EXPECT_THAT(answer, HasSubstr("x-vercel-ai-ui-message-stream: v1\r\n"));
  EXPECT_EQ(body_of(answer), "id: 2\nevent: x\ndata: b\n\nid: 3\ndata: c\r\n\r\n");
}

TEST_F(StreamReaderTest, AnEventSourceComesBackForWhatFollows) {
  open(false);
  append("data: a\n\ndata: b\n\ndata: c\n\n");
  finish();
  const std::string who = "userid: ada\r\n";
  EXPECT_EQ(body_of(ask("GET /streams/one?after=0", who + "Last-Event-ID: 2\r\n")),
            "id: 3\ndata: c\n\n");
  EXPECT_EQ(body_of(ask("GET /streams/one", who + "Last-Event-ID: one:2\r\n")),
            "id: 3\ndata: c\n\n");
  EXPECT_THAT(ask("GET /streams/one", who + "Last-Event-ID: 3\r\n"), StartsWith("HTTP/1.0 204"));
}

TEST_F(StreamReaderTest, TellsWhatComesAndEndsWithIt) {
  open(true);
  append("0:\"a\"\n");
  test::BlockingClient client(server_->address());
  client.send("GET /streams/one HTTP/1.0\r\nHost: localhost\r\nuserid: ada\r\n\r\n");
  EXPECT_THAT(client.read_until("0:\"a\"\n"), StartsWith("HTTP/1.0 200"));
  append("0:\"b\"\n");
  EXPECT_EQ(client.read_until("\n"), "0:\"b\"\n");
  finish();
  EXPECT_EQ(client.read_until(""), "");
}

TEST_F(StreamReaderTest, BeginsBeforeThereIsAnythingToTell) {
  open(true);
  test::BlockingClient client(server_->address());
  client.get("/streams/one", "userid: ada\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  client.half_close();
  EXPECT_EQ(client.read_until("\n\r\n"), "1\r\n\n\r\n") << "a client that may be gone is probed";
}

TEST_F(StreamReaderTest, IsNobodyElses) {
  open(true);
  append("secret\n");
  for (const char* headers : {"userid: eve\r\n", "", "userid: user:ada\r\n"}) {
    const std::string answer = ask("GET /streams/one", headers);
    EXPECT_THAT(answer, Not(HasSubstr("secret")));
    EXPECT_THAT(answer, Not(StartsWith("HTTP/1.0 200")));
    EXPECT_THAT(ask("POST /streams/one/stop", headers), Not(StartsWith("HTTP/1.0 200")));
  }
  EXPECT_THAT(ask("GET /streams/one", "userid: eve\r\n"), StartsWith("HTTP/1.0 404"));
  EXPECT_THAT(ask("GET /streams/two"), StartsWith("HTTP/1.0 404"));
  EXPECT_THAT(ask("GET /streams/%2A"), StartsWith("HTTP/1.0 404"));
  EXPECT_THAT(body_of(ask("GET /streams/two")), StartsWith("{\"error\":\""));
  EXPECT_FALSE(stopped_);
}

TEST_F(StreamReaderTest, NamesWhatIsNoNumber) {
  open(true);
  for (const char* after :
       {"", "x", "-1", "1x", "1.5", "18446744073709551615", "99999999999999999999"}) {
    const std::string answer = ask("GET /streams/one?after=" + std::string(after));
    EXPECT_THAT(answer, StartsWith("HTTP/1.0 400")) << after;
    EXPECT_THAT(body_of(answer), StartsWith("{\"error\":\"after: ")) << after;
  }
  const std::string answer = ask("GET /streams/one", "userid: ada\r\nLast-Event-ID: one:x\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 400"));
  EXPECT_THAT(body_of(answer), HasSubstr("Last-Event-ID"));
}

TEST_F(StreamReaderTest, IsStoppedByItsOwner) {
  open(true);
  const std::string answer = ask("POST /streams/one/stop");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200"));
  EXPECT_EQ(body_of(answer), R"({"stopped":true})");
  EXPECT_TRUE(workers_.until(0, [this] { return stopped_; }));
  finish();
  EXPECT_THAT(ask("POST /streams/one/stop"), StartsWith("HTTP/1.0 404"));
  EXPECT_THAT(ask("POST /streams/two/stop"), StartsWith("HTTP/1.0 404"));
  EXPECT_THAT(ask("GET /streams/one/stop"), StartsWith("HTTP/1.0 405"));
}

TEST_F(StreamReaderTest, TellsOfItselfToHead) {
  open(true);
  append("0:\"a\"\n");
  const std::string answer = ask("HEAD /streams/one");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200"));
  EXPECT_THAT(answer, HasSubstr("x-stream-id: one\r\n"));
  EXPECT_EQ(body_of(answer), "");
}

TEST_F(StreamReaderTest, AClientThatLeavesReadsNoMore) {
  open(true);
  {
    test::BlockingClient client(server_->address());
    client.get("/streams/one", "userid: ada\r\n");
    client.read_until("\r\n\r\n");
    EXPECT_EQ(workers_.run(0, [this] { return log_->readers(); }), 1U);
  }
  EXPECT_TRUE(workers_.until(0, [this] {
    log_->append("0:\"a\"\n");
    return log_->readers() == 0;
  }));
}

TEST_F(StreamReaderTest, AClientThatReadsSlowlyGetsAll) {
  open(true);
  std::string all;
  for (int i = 0; i < 8'000; ++i)
    all += "0:\"" + std::to_string(i) + std::string(90, 'x') + "\"\n";
  append(all);
  test::BlockingClient client(server_->address(), 4096);
  client.send("GET /streams/one HTTP/1.0\r\nHost: localhost\r\nuserid: ada\r\n\r\n");
  client.read_until("\r\n\r\n");
  append("d:{}\n");
  finish();
  EXPECT_EQ(client.read_until(""), all + "d:{}\n");
}

TEST_F(StreamReaderTest, IsCutWhereTheStreamIsLost) {
  open(true);
  append("0:\"a\"\n");
  test::BlockingClient client(server_->address());
  client.get("/streams/one", "userid: ada\r\n");
  client.read_until("0:\"a\"\n\r\n");
  workers_.run(0, [this] { hub_->kept("one")->drop(); });
  EXPECT_THAT(client.read_until(""), Not(EndsWith("0\r\n\r\n")));
}

TEST_F(StreamReaderTest, IsCutWhenTheServerStops) {
  open(true);
  append("0:\"a\"\n");
  test::BlockingClient client(server_->address());
  client.get("/streams/one", "userid: ada\r\n");
  client.read_until("0:\"a\"\n\r\n");
  std::thread stopping([this] { server_->stop(std::chrono::seconds(0)); });
  EXPECT_THAT(client.read_until(""), Not(EndsWith("0\r\n\r\n")));
  stopping.join();
}

class ShortStreamReaderTest : public StreamReaderTest {
 protected:
  ShortStreamReaderTest() : StreamReaderTest({.bytes = 1'000}) {}
};

TEST_F(ShortStreamReaderTest, SaysWhatIsNotKeptAnyMore) {
  open(true);
  for (int i = 0; i < 500; ++i)
    append("0:\"abc\"\n");
  const std::string answer = ask("GET /streams/one?after=3");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 410"));
  EXPECT_THAT(body_of(answer), StartsWith("{\"error\":\""));
  finish();
  EXPECT_EQ(body_of(ask("GET /streams/one?after=498")), "0:\"abc\"\n0:\"abc\"\n");
}

}  // namespace
}  // namespace patchbay::api
