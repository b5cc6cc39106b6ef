// Connections that cannot be made, and the words for it.

#include <string>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/component/upstream/black_hole.hpp"
#include "tests/component/upstream/fake_names.hpp"
#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class DialTest : public UpstreamTest {};

// A port of the loopback on which nobody listens, held so that nobody begins to.
class ClosedPort {
 public:
  ClosedPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~ClosedPort() { ::close(fd_); }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;

  [[nodiscard]] std::string name() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

TEST_F(DialTest, EndsAConnectingThatTakesTooLong) {
  const BlackHole hole("127.0.0.1", 0);
  Request request = get(hole.url());
  request.connection.connect_timeout = std::chrono::milliseconds(50);
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kTimeout);
  EXPECT_EQ(error.message, "timed out connecting to " + hole.name() + " after 50 ms");
}

TEST_F(DialTest, CanBeCancelledWhileItConnects) {
  const BlackHole hole("127.0.0.1", 0);
  RawServer server(always(answer("ok")));
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i)
      start(get(hole.url()));
    EXPECT_EQ(fetch(get(server.url())).body(), "ok");
    for (const auto& recorder : recorders_)
      cancel(*recorder);
  }
  EXPECT_EQ(counters().busy, 0U);
}

TEST_F(DialTest, TriesTheNextAddressAtOnceWhenOneRefuses) {
  RawServer server(always(answer("ok")));
  FakeNames names;
  names.set("many.example", {"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1"});
  Request request = get("http://many.example:" + std::to_string(server.port()) + "/");
  request.connection.connect_timeout = std::chrono::minutes(10);
  const Recorder& got = fetch(std::move(request));
  EXPECT_EQ(got.body(), "ok") << got.error().message;
}

TEST_F(DialTest, TriesTheNextAddressWhenOneKeepsItWaiting) {
  RawServer server(always(answer("ok")));
  const BlackHole hole("127.0.0.2", server.port());
  FakeNames names;
  names.set("two.example", {"127.0.0.2", "127.0.0.1"});
  // Half of the time is the first one's.
  Request request = get("http://two.example:" + std::to_string(server.port()) + "/");
  request.connection.connect_timeout = std::chrono::seconds(4);
  const Recorder& got = fetch(std::move(request));
  EXPECT_EQ(got.body(), "ok") << got.error().message;
}

TEST_F(DialTest, NamesWhoRefused) {
  const ClosedPort closed;
  const Error error = fetch(get("http://" + closed.name() + "/")).error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.message, "connection refused by " + closed.name());
  EXPECT_NE(error.detail, "");
  EXPECT_EQ(counters().busy, 0U);
}

TEST_F(DialTest, NamesTheProxyThatRefused) {
  const ClosedPort closed;
  Request request = get("http://upstream.example/");
  request.connection.proxy = "http://" + closed.name();
  EXPECT_EQ(fetch(std::move(request)).error().message,
            "connection refused by the proxy " + closed.name());
}

TEST_F(DialTest, NamesTheHostThatDoesNotExist) {
  // A label longer than names may have: the resolver refuses it without asking anybody.
  const std::string host = std::string(70, 'a') + ".example";
  const Error error = fetch(get("http://" + host + "/")).error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.message, "could not resolve " + host);
}

TEST_F(DialTest, ReachesTheLoopbackByName) {
  RawServer server(always(answer("ok")));
  EXPECT_EQ(fetch(get("http://localhost:" + std::to_string(server.port()) + "/")).body(), "ok");
}

TEST_F(DialTest, TellsOfAHandshakeWithSomethingThatIsNotTls) {
  RawServer server([](Peer& peer) {
    peer.read(1);
    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.closed_by_client();
  });
  const Error error = fetch(get("https://" + server.name() + "/")).error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.message, "TLS: handshake with " + server.name() + " failed");
}

TEST_F(DialTest, CanStartAnotherTransferFromAFailedOne) {
  const ClosedPort closed;
  RawServer server(always(answer("ok")));
  Recorder second;
  Recorder& first = start(get("http://" + closed.name() + "/"), [&](Recorder& recorder) {
    recorder.at_end = [&] {
      recorder.transfer.reset();
      second.transfer = client_->start(get(server.url()), second);
    };
  });
  EXPECT_FALSE(first.wait_end().succeeded());
  EXPECT_EQ(second.wait_end().body(), "ok");
  cancel(second);
}

TEST_F(DialTest, SurvivesManyFailuresAtOnce) {
  const ClosedPort closed;
  RawServer server(always(answer("ok")));
  for (int i = 0; i < 150; ++i)
    start(get(i % 3 == 0 ? server.url() : "http://" + closed.name() + "/"));
  for (std::size_t i = 0; i < recorders_.size(); ++i)
    EXPECT_EQ(recorders_[i]->wait_end().succeeded(), i % 3 == 0);
  EXPECT_EQ(counters().busy, 0U);
}

}  // namespace
}  // namespace patchbay::upstream
