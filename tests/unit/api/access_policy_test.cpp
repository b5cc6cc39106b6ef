#include "core/api/access/access_policy.hpp"

#include <gtest/gtest.h>

namespace patchbay::api {
namespace {

bool passes(const AccessPolicy& policy, std::string_view host, std::string_view origin = {}) {
  http::HeaderList headers;
  if (!host.empty()) headers.add("host", host);
  if (!origin.empty()) headers.add("origin", origin);
  return !policy.refuse(headers);
}

AccessPolicy on_loopback(std::vector<std::string> hosts = {},
                         std::vector<std::string> origins = {}) {
  return {true, std::move(hosts), std::move(origins)};
}

TEST(AccessPolicy, KnowsTheNamesOfThisMachine) {
  for (const char* host :
       {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.1.2.3", "[::1]:8080", ""}) {
    EXPECT_TRUE(passes(on_loopback(), host)) << host;
  }
}

TEST(AccessPolicy, RefusesAForeignHost) {
  for (const char* host : {"evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example"}) {
    EXPECT_FALSE(passes(on_loopback(), host)) << host;
  }
}

TEST(AccessPolicy, TakesTheHostsOfTheConfiguration) {
  EXPECT_TRUE(passes(on_loopback({"chat.example"}), "chat.example:8080"));
  EXPECT_TRUE(passes(on_loopback({"*"}), "any.example"));
}

TEST(AccessPolicy, RefusesAnOriginThatIsNotListed) {
  EXPECT_FALSE(passes(on_loopback(), "localhost:8080", "https://evil.example"));
  EXPECT_FALSE(passes(on_loopback(), "localhost:8080", "null"));
  EXPECT_TRUE(passes(on_loopback({}, {"https://app.example"}), "localhost", "https://app.example"));
  EXPECT_TRUE(passes(on_loopback({}, {"*"}), "localhost", "https://any.example"));
}

TEST(AccessPolicy, TakesAPageOfItsOwn) {
  EXPECT_TRUE(passes(on_loopback(), "localhost:8080", "http://localhost:8080"));
}

TEST(AccessPolicy, AsksNothingOffLoopback) {
  EXPECT_TRUE(passes({false, {}, {}}, "any.example", "https://any.example"));
}

TEST(AccessPolicy, ShowsABrowserThatItMayRead) {
  http::HeaderList request;
  request.add("origin", "https://app.example");
  http::HeaderList answer;
  on_loopback({}, {"https://app.example"}).add_cors(request, answer);
  EXPECT_EQ(answer.find("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(answer.find("access-control-allow-credentials"), "true");

  http::HeaderList any;
  on_loopback({}, {"*"}).add_cors(request, any);
  EXPECT_EQ(any.find("access-control-allow-origin"), "*");
  EXPECT_FALSE(any.find("access-control-allow-credentials"));
  EXPECT_FALSE(any.find("vary")) << "it is the same for everybody";

  http::HeaderList none;
  on_loopback().add_cors(request, none);
  EXPECT_TRUE(none.empty());
}

TEST(AccessPolicy, LetsANamedOriginSendCredentialsBesideAStar) {
  const AccessPolicy policy = on_loopback({}, {"*", "https://app.example"});
  http::HeaderList request;
  request.add("origin", "https://app.example");
  http::HeaderList named;
  policy.add_cors(request, named);
  EXPECT_EQ(named.find("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(named.find("access-control-allow-credentials"), "true");

  request.set("origin", "https://other.example");
  http::HeaderList other;
  policy.add_cors(request, other);
  EXPECT_EQ(other.find("access-control-allow-origin"), "*");
  EXPECT_FALSE(other.find("access-control-allow-credentials"));
  EXPECT_EQ(other.find("vary"), "Origin") << "another origin gets another answer";

  request.set("origin", "*");
  http::HeaderList star;
  policy.add_cors(request, star);
  EXPECT_FALSE(star.find("access-control-allow-credentials"));
}

TEST(AccessPolicy, ShowsABrowserWhatAFrontEndReads) {
  http::HeaderList request;
  request.add("origin", "https://app.example");
  http::HeaderList answer;
  on_loopback({}, {"https://app.example"}).add_cors(request, answer);
  for (const char* header : {"x-request-id",
                             "x-conversation-id",
                             "x-stream-id",
                             "x-vercel-ai-data-stream",
                             "x-vercel-ai-ui-message-stream",
                             "link",
                             "retry-after",
                             "ratelimit-limit",
                             "ratelimit-remaining",
                             "ratelimit-reset",
                             "x-ratelimit-limit",
                             "x-ratelimit-remaining",
                             "x-ratelimit-reset"}) {
    EXPECT_TRUE(answer.has_token("access-control-expose-headers", header)) << header;
  }
}

}  // namespace
}  // namespace patchbay::api
