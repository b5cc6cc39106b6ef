// What goes to the upstream, and the plain ways in which an answer comes back.

#include <cstdlib>
#include <future>
#include <string>

#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class RequestTest : public UpstreamTest {};

// A body whose every part can be told from every other.
std::string pattern(std::size_t size) {
  std::string text;
  text.reserve(size + 16);
  for (std::size_t i = 0; text.size() < size; ++i)
    text += std::to_string(i) + ",";
  text.resize(size);
  return text;
}

TEST_F(RequestTest, SendsAGetAndGivesTheAnswer) {
  std::promise<std::string> seen;
  RawServer server([&](Peer& peer) {
    seen.set_value(peer.read_request());
    peer.send(answer("hello", "Content-Type: text/plain\r\nX-Two: 1\r\nX-Two: 2\r\n"));
    peer.closed_by_client();
  });
  Request request = get(server.url("/v1/models?limit=2"));
  request.headers.add("Accept", "*/*");
  const Recorder& got = fetch(std::move(request));

  EXPECT_EQ(
      seen.get_future().get(),
      "GET /v1/models?limit=2 HTTP/1.1\r\nHost: " + server.name() + "\r\nAccept: */*\r\n\r\n");
  EXPECT_TRUE(got.succeeded());
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got.body(), "hello");
  EXPECT_EQ(got.content_length(), 5);
  EXPECT_EQ(got.headers().find("content-type"), "text/plain");
  EXPECT_EQ(got.headers().count("x-two"), 2U);
  EXPECT_EQ(on_worker([&] { return recorders_[0]->transfer->received(); }), 5U);
}

TEST_F(RequestTest, SendsTheBodysPiecesAsOneBody) {
  std::promise<std::string> seen;
  RawServer server([&](Peer& peer) {
    seen.set_value(peer.read_request());
    peer.send(answer(""));
    peer.closed_by_client();
  });
  EXPECT_TRUE(fetch(post(server.url("/p"), {"{\"model\":", "", "\"a\"", "}"})).succeeded());
  EXPECT_EQ(seen.get_future().get(),
            "POST /p HTTP/1.1\r\nHost: " + server.name() +
                "\r\nContent-Length: 13\r\n\r\n{\"model\":\"a\"}");
}

TEST_F(RequestTest, MovesLargeBodiesBothWays) {
  RawServer server([](Peer& peer) {
    const std::string request = peer.read_request();
    peer.send(answer(std::string_view(request).substr(request.find("\r\n\r\n") + 4)));
    peer.closed_by_client();
  });
  const std::string body = pattern(8 << 20);
  // Many pieces of many sizes, so that sends end in the middle of them.
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0, size = 1; at < body.size(); at += size, size = size * 3 % 40961 + 1)
    pieces.push_back(std::string_view(body).substr(at, size));
  const Recorder& got = fetch(post(server.url(), pieces));
  EXPECT_TRUE(got.succeeded());
  EXPECT_TRUE(got.body() == body) << "of " << got.body().size() << " bytes";
}

TEST_F(RequestTest, TakesAnAnswerThatComesBeforeTheRequestIsSent) {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\n\r\nno!");
    EXPECT_FALSE(peer.closed_by_client());  // some of the body was under way
  });
  const std::string body = pattern(16 << 20);
  const Recorder& got = fetch(post(server.url(), {body}));
  EXPECT_TRUE(got.succeeded());
  EXPECT_EQ(got.status(), 413);
  EXPECT_EQ(got.body(), "no!");
  const Client::Counters after = counters();
  EXPECT_EQ(after.idle, 0U) << "half a request is on that connection";
  EXPECT_EQ(after.busy, 0U);
}

TEST_F(RequestTest, SendsOnWhileTheAnswerComesAndNeedsTheCallersBodyNoMore) {
  const std::string body = pattern(16 << 20);
  RawServer server([&](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string seen;
    while (seen.size() < body.size()) {
      const std::string piece = peer.read(body.size());
      if (piece.empty()) return;
      seen += piece;
    }
    peer.send(seen == body ? "4\r\nsame\r\n0\r\n\r\n" : "5\r\nother\r\n0\r\n\r\n");
    peer.closed_by_client();
  });
  std::string mine = body;
  Recorder& got = start(post(server.url(), {mine}), [&](Recorder& recorder) {
    recorder.at_head = [&] { std::fill(mine.begin(), mine.end(), 'x'); };
  });
  EXPECT_TRUE(got.wait_end().succeeded());
  EXPECT_EQ(got.body(), "same");
  EXPECT_EQ(counters().idle, 1U);
}

TEST_F(RequestTest, GivesAnAnswerThatTheUpstreamSentBeforeItHungUp) {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    peer.drop();  // with most of the body unread
  });
  const std::string body = pattern(1 << 20);
  Recorder& got = start(post(server.url(), {body}));
  got.wait_end();
  // The kernel may throw the answer away when the reset comes; then it must be told as just that.
  if (got.succeeded()) {
    EXPECT_EQ(got.status(), 401);
  } else {
    EXPECT_NE(got.error().code, ErrorCode::kTimeout);
  }
}

TEST_F(RequestTest, RefusesAUrlItCannotUse) {
  for (const char* url : {"ftp://127.0.0.1/", "http://", "http://user:secret@127.0.0.1/", "x"}) {
    const Recorder& got = fetch(get(url));
    EXPECT_EQ(got.error().code, ErrorCode::kInvalid) << url;
    EXPECT_EQ(got.error().message.find("secret"), std::string::npos);
  }
}

TEST_F(RequestTest, RefusesAHeaderThatWouldBreakTheHead) {
  RawServer server(always(answer("ok")));
  Request request = get(server.url());
  request.headers.add("X", "a\r\nY: b");
  EXPECT_EQ(fetch(std::move(request)).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(RequestTest, ServesMoreTransfersAtOnceThanOneShardHolds) {
  constexpr int kTransfers = 100;
  // Nobody is answered before everybody is there.
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  RawServer server([&](Peer& peer) {
    const std::string request = peer.read_request();
    {
      std::unique_lock<std::mutex> lock(mutex);
      if (++here == kTransfers) all_here.notify_all();
      all_here.wait(lock, [&] { return here >= kTransfers; });
    }
    peer.send(answer(request.substr(4, request.find(' ', 4) - 4)));
    peer.closed_by_client();
  });
  for (int i = 0; i < kTransfers; ++i)
    start(get(server.url("/" + std::to_string(i))));
  for (int i = 0; i < kTransfers; ++i) {
    Recorder& got = *recorders_[static_cast<std::size_t>(i)];
    EXPECT_TRUE(got.wait_end().succeeded()) << got.error().message;
    EXPECT_EQ(got.body(), "/" + std::to_string(i));
  }
  EXPECT_EQ(counters().dialled, 100U);
  EXPECT_EQ(counters().idle, 100U);
}

class ProxyTest : public UpstreamTest {
 protected:
  // Set before any thread reads it.
  ProxyTest() : UpstreamTest(with_environment()) {}
  ~ProxyTest() override {
    ::unsetenv("http_proxy");
    ::unsetenv("no_proxy");
  }

 private:
  static Client::Options with_environment() {
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    ::setenv("no_proxy", "*", 1);
    return {};
  }
};

TEST_F(ProxyTest, IsNeverTakenFromTheEnvironment) {
  RawServer server(always(answer("direct")));
  EXPECT_EQ(fetch(get(server.url())).body(), "direct");
}

TEST_F(ProxyTest, IsAskedForATunnelWhenConfigured) {
  std::promise<std::string> asked;
  RawServer proxy([&](Peer& peer) {
    asked.set_value(peer.read_head());
    peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    peer.read_request();
    peer.send(answer("through"));
    peer.closed_by_client();
  });
  Request request = get("http://upstream.example:8000/x");
  request.connection.proxy = "http://" + proxy.name();
  const Recorder& got = fetch(std::move(request));
  EXPECT_EQ(got.body(), "through") << got.error().message;
  EXPECT_TRUE(asked.get_future().get().starts_with("CONNECT upstream.example:8000 HTTP/1.1\r\n"));
}

TEST_F(ProxyTest, IsNamedWithoutItsPasswordWhenItRefuses) {
  RawServer proxy([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    peer.closed_by_client();
  });
  Request request = get("http://upstream.example:8000/x");
  request.connection.proxy = "http://me:secret@" + proxy.name();
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.message,
            "the proxy " + proxy.name() + " answered 403 when asked for upstream.example:8000");
  EXPECT_EQ(error.detail.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::upstream
