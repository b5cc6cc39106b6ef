// The same client through TLS: certificates, and bytes that may wait where no event tells of them.

#include <string>

#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class TlsTest : public UpstreamTest {
 protected:
  Request trusting(Request request) const {
    request.connection.ca_file = certificate_.file();
    return request;
  }

  const Certificate certificate_;
};

TEST_F(TlsTest, TrustsTheGivenAuthority) {
  RawServer server(always(answer("secret")), &certificate_);
  for (int i = 0; i < 3; ++i) {
    const Recorder& got = fetch(trusting(get(server.url())));
    EXPECT_EQ(got.body(), "secret") << got.error().message << ": " << got.error().detail;
  }
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(counters().idle, 1U);
}

TEST_F(TlsTest, RefusesACertificateThatNobodyVouchesFor) {
  RawServer server(always(answer("secret")), &certificate_);
  const Error error = fetch(get(server.url())).error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.message,
            "TLS: certificate verification failed for localhost:" + std::to_string(server.port()));
  EXPECT_NE(error.detail, "");
}

TEST_F(TlsTest, RefusesACertificateOfAnotherName) {
  RawServer server(always(answer("secret")), &certificate_);
  const Error error = fetch(trusting(get("https://" + server.name() + "/"))).error();
  EXPECT_EQ(error.message, "TLS: certificate verification failed for " + server.name());
}

TEST_F(TlsTest, TakesAnyCertificateWhenToldNotToVerify) {
  RawServer server(always(answer("secret")), &certificate_);
  Request request = get("https://" + server.name() + "/");
  request.connection.verify = false;
  EXPECT_EQ(fetch(std::move(request)).body(), "secret");
  // And such a connection is never used where verification was asked for.
  EXPECT_FALSE(fetch(get("https://" + server.name() + "/")).succeeded());
}

TEST_F(TlsTest, NamesTheAuthorityFileItCannotRead) {
  RawServer server(always(answer("secret")), &certificate_);
  Request request = get(server.url());
  request.connection.ca_file = certificate_.file() + ".missing";
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_EQ(error.message, "TLS: cannot read the CA file " + certificate_.file() + ".missing");
}

TEST_F(TlsTest, MovesLargeBodiesBothWays) {
  RawServer server(
      [](Peer& peer) {
        const std::string request = peer.read_request();
        peer.send(answer(std::string_view(request).substr(request.find("\r\n\r\n") + 4)));
        peer.closed_by_client();
      },
      &certificate_);
  std::string body;
  for (int i = 0; body.size() < (4 << 20); ++i)
    body += std::to_string(i) + ",";
  const std::string_view all = body;
  const Recorder& got = fetch(trusting(
      post(server.url(), {all.substr(0, 10), all.substr(10, 70'000), all.substr(70'010)})));
  EXPECT_TRUE(got.succeeded()) << got.error().message;
  EXPECT_TRUE(got.body() == body) << got.body().size();
}

TEST_F(TlsTest, SendsOnAfterAnUpstreamThatReadsSlowly) {
  std::promise<void> read_now;
  std::promise<std::string> seen;
  RawServer server(
      [&](Peer& peer) {
        read_now.get_future().wait();
        seen.set_value(peer.read_request());
        peer.send(answer("ok"));
        peer.closed_by_client();
      },
      &certificate_);
  const std::string body(32 << 20, 'b');
  Recorder& got = start(trusting(post(server.url(), {body})));
  // Busy means that the handshake is done and the request is on its way, soon stuck.
  wait_counters([](const Client::Counters& now) { return now.busy == 1; });
  // Others are sent meanwhile through the same memory.
  RawServer other(always(answer("other")), &certificate_);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(fetch(trusting(post(other.url(), {"something else"}))).body(), "other");
  read_now.set_value();
  EXPECT_TRUE(got.wait_end().succeeded()) << got.error().message << got.error().detail;
  const std::string request = seen.get_future().get();
  EXPECT_TRUE(std::string_view(request).substr(request.find("\r\n\r\n") + 4) == body);
}

TEST_F(TlsTest, ReadsWhatWaitsInsideTheLibraryAfterAPause) {
  // Several records in one packet: after the first the kernel has nothing more to tell.
  RawServer server(
      [](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 200; ++i)
          peer.send("5\r\nevent\r\n");
        peer.send("0\r\n\r\n");
        peer.closed_by_client();
      },
      &certificate_);
  Recorder& got = start(trusting(get(server.url())), [&](Recorder& recorder) {
    recorder.at_body = [&] {
      recorder.transfer->pause();
      reactor_->worker(0).post([&] {
        if (recorder.transfer != nullptr) recorder.transfer->resume();
      });
    };
  });
  EXPECT_TRUE(got.wait_end().succeeded()) << got.error().message;
  EXPECT_EQ(got.body().size(), 1000U);
}

TEST_F(TlsTest, TakesABodyThatEndsByClosingWithAndWithoutFarewell) {
  for (const bool farewell : {true, false}) {
    RawServer server(
        [farewell](Peer& peer) {
          peer.read_request();
          peer.send("HTTP/1.1 200 OK\r\n\r\nto the end");
          if (!farewell) peer.drop();
        },
        &certificate_);
    const Recorder& got = fetch(trusting(get(server.url())));
    EXPECT_EQ(got.body(), "to the end");
    EXPECT_TRUE(got.succeeded()) << got.error().message;
  }
}

TEST_F(TlsTest, TellsThatABodyWasCutShort) {
  RawServer server(
      [](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
      },
      &certificate_);
  const Recorder& got = fetch(trusting(get(server.url())));
  EXPECT_EQ(got.body(), "abc");
  EXPECT_EQ(got.error().code, ErrorCode::kProtocol);
}

TEST_F(TlsTest, RetriesOnAStaleConnection) {
  RawServer server(
      [](Peer& peer) {
        peer.read_request();
        peer.send(answer(peer.index() == 0 ? "first" : "fresh"));
        peer.read_request();
      },
      &certificate_);
  EXPECT_EQ(fetch(trusting(get(server.url()))).body(), "first");
  EXPECT_EQ(fetch(trusting(get(server.url()))).body(), "fresh");
  EXPECT_EQ(counters().retried, 1U);
}

TEST_F(TlsTest, ServesManyStreamsAtOnce) {
  RawServer server(
      [](Peer& peer) {
        while (!peer.read_request().empty()) {
          peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          for (int i = 0; i < 20; ++i)
            peer.send("5\r\nevent\r\n");
          peer.send("0\r\n\r\n");
        }
      },
      &certificate_);
  for (int i = 0; i < 50; ++i)
    start(trusting(get(server.url())));
  for (const auto& recorder : recorders_) {
    EXPECT_TRUE(recorder->wait_end().succeeded()) << recorder->error().message;
    EXPECT_EQ(recorder->body().size(), 100U);
  }
}

}  // namespace
}  // namespace patchbay::upstream
