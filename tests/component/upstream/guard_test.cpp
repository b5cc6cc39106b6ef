// Which addresses may be connected to, whatever they are called; the guard's own test has the
// tables.

#include <string>

#include "tests/component/upstream/fake_names.hpp"
#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class GuardTest : public UpstreamTest {
 protected:
  // A request whose provider names nothing.
  static Request unnamed(std::string url) {
    Request request = get(std::move(url));
    request.connection.guard = {};
    return request;
  }

  static Request named(std::string url,
                       std::vector<std::string> hosts,
                       const std::vector<const char*>& networks = {}) {
    AddressGuard::Named what{.hosts = std::move(hosts), .networks = {}};
    for (const char* network : networks)
      what.networks.push_back(*IpNetwork::parse(network));
    Request request = get(std::move(url));
    request.connection.guard = AddressGuard(std::move(what));
    return request;
  }

  [[nodiscard]] std::string url_of(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(server_.port()) + "/";
  }

  FakeNames names_;
  RawServer server_{always(answer("ok"))};
};

TEST_F(GuardTest, RefusesTheLoopbackInEverySpelling) {
  names_.set("rebound.example", {"127.0.0.1"});
  for (const char* host : {"127.0.0.1",
                           "localhost",
                           "2130706433",
                           "0x7f.1",
                           "017700000001",
                           "127.1",
                           "[::ffff:127.0.0.1]",
                           "[::127.0.0.1]",
                           "[::1]",
                           "0.0.0.0",
                           "0",
                           "[::]",
                           "rebound.example"}) {
    const Error error = fetch(unnamed(url_of(host))).error();
    EXPECT_EQ(error.code, ErrorCode::kInvalid) << host << ": " << error.message;
    EXPECT_NE(error.message.find("write addresses: ["), std::string::npos) << error.message;
  }
  EXPECT_EQ(server_.accepted(), 0);
  EXPECT_EQ(counters().busy, 0U);
}

TEST_F(GuardTest, SaysWhatWasFoundAndWhatToWrite) {
  names_.set("models.example", {"127.0.0.1"});
  EXPECT_EQ(fetch(unnamed(url_of("models.example"))).error().message,
            "models.example has the address 127.0.0.1 (loopback), which is neither public nor "
            "named in the provider's settings; to allow it there, write addresses: "
            "[\"127.0.0.1\"]");
}

TEST_F(GuardTest, LetsANamedHostBeOnALocalNetwork) {
  names_.set("models.example", {"127.0.0.1"});
  names_.set("other.example", {"127.0.0.1"});
  EXPECT_EQ(fetch(named(url_of("models.example"), {"Models.Example"})).body(), "ok");
  EXPECT_EQ(fetch(named(url_of("other.example"), {"models.example"})).error().code,
            ErrorCode::kInvalid);
  EXPECT_EQ(server_.accepted(), 1);
}

TEST_F(GuardTest, LetsNoNameLeadToTheMetadataOfAMachine) {
  names_.set("models.example", {"169.254.169.254", "fe80::1", "0.0.0.0"});
  const Error error = fetch(named(url_of("models.example"), {"models.example"})).error();
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_EQ(error.message.find("models.example has only the addresses "), 0U) << error.message;
  for (const char* address :
       {"169.254.169.254 (link-local)", "fe80::1 (link-local)", "0.0.0.0 (unspecified)"})
    EXPECT_NE(error.message.find(address), std::string::npos) << error.message;
  EXPECT_EQ(server_.accepted(), 0);
}

TEST_F(GuardTest, LetsEveryNameLeadIntoANamedNetwork) {
  names_.set("models.example", {"127.0.0.1"});
  EXPECT_EQ(fetch(named(url_of("models.example"), {}, {"127.0.0.0/8"})).body(), "ok");
  EXPECT_EQ(fetch(named(url_of("models.example"), {}, {"127.0.0.2", "10.0.0.0/8"})).error().code,
            ErrorCode::kInvalid);
}

TEST_F(GuardTest, TriesTheOtherAddressesOfAName) {
  names_.set("models.example",
             {"169.254.169.254", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "127.0.0.1"});
  Request request = named(url_of("models.example"), {}, {"127.0.0.1"});
  request.connection.connect_timeout = std::chrono::minutes(10);
  const Recorder& got = fetch(std::move(request));
  EXPECT_EQ(got.body(), "ok") << got.error().message;
}

TEST_F(GuardTest, TellsOfTheOthersWhenTheOneThatIsAllowedFails) {
  names_.set("models.example", {"169.254.169.254", "127.0.0.1"});
  // Nobody listens at port 1 of the loopback.
  const Error error = fetch(named("http://models.example:1/", {}, {"127.0.0.1"})).error();
  EXPECT_EQ(error.message, "connection refused by models.example:1");
  EXPECT_NE(error.detail.find("not allowed: 169.254.169.254 (link-local)"), std::string::npos)
      << error.detail;
}

TEST_F(GuardTest, JudgesAgainWhenANameChangesItsMind) {
  names_.set("models.example", {"127.0.0.1"});
  // The first answer is remembered by libcurl, and judged each time it is used.
  EXPECT_EQ(fetch(named(url_of("models.example"), {"models.example"})).body(), "ok");
  EXPECT_EQ(fetch(unnamed(url_of("models.example"))).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(server_.accepted(), 1);
}

TEST_F(GuardTest, NeverUsesAConnectionThatAnotherGuardLetThrough) {
  EXPECT_EQ(fetch(named(server_.url(), {"127.0.0.1"})).body(), "ok");
  EXPECT_EQ(counters().idle, 1U);
  EXPECT_EQ(fetch(unnamed(server_.url())).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(fetch(named(server_.url(), {}, {"10.0.0.0/8"})).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(counters().reused, 0U);

  // A guard that allows it too has a connection of its own; one that names the same shares it.
  EXPECT_EQ(fetch(named(server_.url(), {}, {"127.0.0.0/8"})).body(), "ok");
  EXPECT_EQ(counters().reused, 0U);
  EXPECT_EQ(fetch(named(server_.url(), {"127.0.0.1"})).body(), "ok");
  EXPECT_EQ(counters().reused, 1U);
  EXPECT_EQ(server_.accepted(), 2);
}

RawServer::Script tunnel() {
  return [](Peer& peer) {
    if (peer.read_head().empty()) return;
    peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    peer.read_request();
    peer.send(answer("through"));
    peer.closed_by_client();
  };
}

TEST_F(GuardTest, JudgesTheProxyAndNotWhatItLooksUp) {
  RawServer proxy(tunnel());
  names_.set("models.example", {"127.0.0.1"});  // nobody asks
  Request request = named("http://models.example/", {"127.0.0.1"});
  request.connection.proxy = "http://" + proxy.name();
  EXPECT_EQ(fetch(std::move(request)).body(), "through");

  Request refused = unnamed("http://models.example/");
  refused.connection.proxy = "http://" + proxy.name();
  EXPECT_EQ(fetch(std::move(refused)).error().message,
            "127.0.0.1 (loopback) is neither public nor named in the provider's settings; to "
            "allow it there, write addresses: [\"127.0.0.1\"]");
  EXPECT_EQ(proxy.accepted(), 1);
}

TEST_F(GuardTest, SendsNoSpelledAddressThroughAProxyUnlessItIsNamed) {
  RawServer proxy(tunnel());
  for (const char* host :
       {"10.0.0.1", "2130706433", "169.254.169.254", "[::1]", "localhost", "app.localhost"}) {
    Request request = named("http://" + std::string(host) + "/", {"127.0.0.1"});
    request.connection.proxy = "http://" + proxy.name();
    const Error error = fetch(std::move(request)).error();
    EXPECT_EQ(error.code, ErrorCode::kInvalid) << host << ": " << error.message;
  }
  EXPECT_EQ(proxy.accepted(), 0);
  Request request = named("http://10.0.0.1/", {"127.0.0.1", "10.0.0.1"});
  request.connection.proxy = "http://" + proxy.name();
  EXPECT_EQ(fetch(std::move(request)).body(), "through");
}

TEST_F(GuardTest, FollowsNoRedirectIntoTheNetwork) {
  for (const char* status : {"301 Moved Permanently",
                             "302 Found",
                             "303 See Other",
                             "307 Temporary Redirect",
                             "308 Permanent Redirect"}) {
    RawServer redirecting(always("HTTP/1.1 " + std::string(status) + "\r\nLocation: " +
                                 server_.url() + "\r\nContent-Length: 4\r\n\r\nover"));
    const Recorder& got = fetch(get(redirecting.url()));
    EXPECT_TRUE(got.succeeded()) << status;
    EXPECT_EQ(std::to_string(got.status()), std::string(status).substr(0, 3));
    EXPECT_EQ(got.headers().find("location"), server_.url());
    EXPECT_EQ(got.body(), "over");
  }
  EXPECT_EQ(server_.accepted(), 0);
}

}  // namespace
}  // namespace patchbay::upstream
