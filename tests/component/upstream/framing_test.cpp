// Where an answer ends, however the network cuts it; the parser's own test has the longer tables.

#include <string>

#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class FramingTest : public UpstreamTest {};

const std::string kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "1\r\nx\r\n10;name=value\r\n0123456789abcdef\r\n0\r\nTrailer: t\r\n\r\n";
const std::string kChunkedBody = "x0123456789abcdef";

TEST_F(FramingTest, ReadsChunksThatComeByteByByte) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    for (const char c : kChunked)
      peer.send({&c, 1});
    peer.closed_by_client();
  });
  const Recorder& got = fetch(get(server.url()));
  EXPECT_TRUE(got.succeeded());
  EXPECT_EQ(got.body(), kChunkedBody);
  EXPECT_EQ(counters().idle, 1U);
}

TEST_F(FramingTest, ReadsTheSameForEveryCutInTwo) {
  RawServer server([](Peer& peer) {
    for (std::size_t cut = 1; !peer.read_request().empty(); ++cut) {
      peer.send(std::string_view(kChunked).substr(0, cut));
      peer.send(std::string_view(kChunked).substr(cut));
    }
  });
  for (std::size_t cut = 1; cut < kChunked.size(); ++cut) {
    const Recorder& got = fetch(get(server.url()));
    EXPECT_TRUE(got.succeeded()) << "cut at byte " << cut << ": " << got.error().message;
    EXPECT_EQ(got.body(), kChunkedBody) << "cut at byte " << cut;
  }
  EXPECT_EQ(server.accepted(), 1) << "the connection should have been kept every time";
}

TEST_F(FramingTest, GivesABurstOfChunksInOneCall) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 64; ++i)
    text += "5\r\nevent\r\n";
  text += "0\r\n\r\n";
  RawServer server(always(text));
  const Recorder& got = fetch(get(server.url()));
  EXPECT_EQ(got.body().size(), 320U);
  // One write on the loopback is one read; a second one is allowed for, 64 are not.
  EXPECT_LE(got.body_calls(), 2U);
}

TEST_F(FramingTest, SwallowsInterimAnswers) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\n");
    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer("final", "Z: 1\r\n"));
    peer.closed_by_client();
  });
  const Recorder& got = fetch(get(server.url()));
  EXPECT_TRUE(got.succeeded());
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got.headers().size(), 2U);
  EXPECT_EQ(got.body(), "final");
}

TEST_F(FramingTest, GivesNoBodyWhereThereIsNone) {
  RawServer server([](Peer& peer) {
    while (true) {
      const std::string request = peer.read_request();
      if (request.empty()) return;
      if (request.starts_with("HEAD")) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      } else if (request.starts_with("DELETE")) {
        peer.send("HTTP/1.1 204 No Content\r\n\r\n");
      } else {
        peer.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n");
      }
    }
  });
  for (const char* method : {"HEAD", "DELETE", "GET"}) {
    Request request = get(server.url());
    request.method = method;
    const Recorder& got = fetch(std::move(request));
    EXPECT_TRUE(got.succeeded()) << method;
    EXPECT_EQ(got.body_calls(), 0U) << method;
  }
  EXPECT_EQ(recorders_[0]->content_length(), 1000);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(FramingTest, TakesABodyThatEndsByClosing) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\nto the ");
    peer.send("end");
  });
  const Recorder& got = fetch(get(server.url()));
  EXPECT_TRUE(got.succeeded());
  EXPECT_EQ(got.body(), "to the end");
  EXPECT_EQ(got.content_length(), -1);
  EXPECT_EQ(counters().idle, 0U);
}

TEST_F(FramingTest, TellsThatABodyWasCutShort) {
  for (const char* text : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    RawServer server([text](Peer& peer) {
      peer.read_request();
      peer.send(text);
    });
    const Recorder& got = fetch(get(server.url()));
    EXPECT_EQ(got.body(), "abc");
    EXPECT_EQ(got.error().code, ErrorCode::kProtocol);
    EXPECT_EQ(got.error().message,
              server.name() + " cut its answer short: it ended before its body did");
  }
}

TEST_F(FramingTest, TellsThatTheConnectionBrokeInTheBody) {
  std::promise<void> body_seen;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    body_seen.get_future().wait();  // a reset may overtake bytes that nobody has read
    peer.reset();
  });
  Recorder& got = start(get(server.url()));
  got.wait_body(3);
  body_seen.set_value();
  EXPECT_EQ(got.wait_end().error().code, ErrorCode::kProtocol);
  EXPECT_EQ(got.error().message,
            "the connection to " + server.name() + " broke in the middle of its answer");
}

TEST_F(FramingTest, RefusesAmbiguousAnswers) {
  for (const char* fields : {"Content-Length: 2\r\nContent-Length: 3\r\n",
                             "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chun\r\n",
                             "Transfer-Encoding: gzip, chunked\r\n",
                             "X: a\r\n b\r\n"}) {
    RawServer server(always("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\nok"));
    const Recorder& got = fetch(get(server.url()));
    EXPECT_EQ(got.error().code, ErrorCode::kProtocol) << fields;
    EXPECT_EQ(got.status(), 0) << "no head may be told: " << fields;
  }
  EXPECT_EQ(counters().idle, 0U);
}

TEST_F(FramingTest, RefusesAChangeOfProtocol) {
  RawServer server(always("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"));
  EXPECT_EQ(fetch(get(server.url())).error().code, ErrorCode::kProtocol);
}

TEST_F(FramingTest, RefusesAHeadThatIsTooLarge) {
  RawServer server(always(answer("ok", "X: " + std::string(100'000, 'x') + "\r\n")));
  const Recorder& got = fetch(get(server.url()));
  EXPECT_EQ(got.error().code, ErrorCode::kProtocol);
  EXPECT_EQ(got.error().message,
            server.name() + " did not answer in HTTP/1.1: header limit exceeded (65536 bytes)");
  EXPECT_EQ(got.status(), 0);
}

TEST_F(FramingTest, SaysThatWhatCameIsNoHttp) {
  for (const char* text :
       {"220 mail.example.com ready\r\n", "SSH-2.0-server\r\n", "{\"a\":1}\r\n"}) {
    RawServer server(always(text));
    const Error error = fetch(get(server.url())).error();
    EXPECT_EQ(error.code, ErrorCode::kProtocol);
    EXPECT_EQ(error.message,
              server.name() +
                  " did not answer in HTTP/1.1: its first line is no status line (bad version)");
  }
}

TEST_F(FramingTest, GivesWhatCameBeforeABrokenChunk) {
  RawServer server(
      always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzzz\r\n"));
  const Recorder& got = fetch(get(server.url()));
  EXPECT_EQ(got.body(), "abc");
  EXPECT_EQ(got.error().code, ErrorCode::kProtocol);
}

}  // namespace
}  // namespace patchbay::upstream
