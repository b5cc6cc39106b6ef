// Connections that cannot be made, and the words for it.

#include <string>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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
