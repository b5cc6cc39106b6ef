#include "core/relay/answer_headers.hpp"

#include <gtest/gtest.h>

namespace patchbay::relay {
namespace {

http::HeaderList headers(std::initializer_list<http::Header> list) {
  http::HeaderList out;
  for (const auto& [name, value] : list)
    out.add(name, value);
  return out;
}

http::HeaderList seen_of(const http::HeaderList& upstream) {
  return client_headers(upstream, "openai-");
}

TEST(ClientHeaders, PassLimitsAndVendorHeaders) {
  const auto seen = seen_of(headers({{"X-RateLimit-Remaining-Requests", "5"},
                                     {"openai-version", "2020-10-01"},
                                     {"anthropic-ratelimit-tokens-limit", "9"}}));
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen.find("x-ratelimit-remaining-requests"), "5");
}

TEST(ClientHeaders, NeverPassWhatBelongsToTheOtherConnection) {
  const auto seen = seen_of(headers({{"Set-Cookie", "a=b"},
                                     {"Connection", "keep-alive"},
                                     {"Transfer-Encoding", "chunked"},
                                     {"Content-Encoding", "gzip"},
                                     {"Content-Length", "5"},
                                     {"Strict-Transport-Security", "max-age=1"},
                                     {"Server", "x"}}));
  EXPECT_TRUE(seen.empty());
}

TEST(ClientHeaders, RenameTheVendorsRequestId) {
  const auto seen = seen_of(headers({{"x-request-id", "req_1"}}));
  EXPECT_FALSE(seen.find("x-request-id"));
  EXPECT_EQ(seen.find("x-upstream-request-id"), "req_1");
}

TEST(ClientHeaders, ClampRetryAfter) {
  EXPECT_EQ(seen_of(headers({{"retry-after-ms", "0"}})).find("retry-after-ms"), "1000");
  EXPECT_EQ(seen_of(headers({{"retry-after-ms", "2500.7"}})).find("retry-after-ms"), "2500");
  EXPECT_EQ(seen_of(headers({{"retry-after-ms", "2500"}})).find("retry-after"), "3");
  EXPECT_EQ(seen_of(headers({{"retry-after", "3600"}})).find("retry-after"), "60");
  EXPECT_EQ(
      seen_of(headers({{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}})).find("retry-after"),
      "1");
}

TEST(ClientHeaders, IgnoreARetryAfterThatIsNone) {
  EXPECT_TRUE(seen_of(headers({{"retry-after", "soon"}, {"retry-after-ms", "-5"}})).empty());
}

TEST(AnswerHeaders, TellWhetherTheBodyCanBeRead) {
  EXPECT_TRUE(is_encoded(headers({{"Content-Encoding", "gzip"}})));
  EXPECT_TRUE(is_encoded(headers({{"content-encoding", "br, gzip"}})));
  EXPECT_FALSE(is_encoded(headers({{"Content-Encoding", "Identity"}})));
  EXPECT_FALSE(is_encoded(headers({{"Content-Encoding", ""}})));
  EXPECT_FALSE(is_encoded(headers({{"Content-Type", "application/json"}})));
}

}  // namespace
}  // namespace patchbay::relay
