#include "core/base/redis_address.hpp"

#include <gtest/gtest.h>

namespace patchbay {
namespace {

TEST(RedisAddress, ReadsEveryPartOfAUrl) {
  const auto full = parse_redis_url("redis://ada:pass%3Aword@redis.example.com:6380/2");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->user, "ada");
  EXPECT_EQ(full->password, "pass:word");
  EXPECT_EQ(full->host, "redis.example.com");
  EXPECT_EQ(full->port, 6380);
  EXPECT_EQ(full->db, 2);
}

TEST(RedisAddress, HasADefaultForWhatIsLeftOut) {
  for (const char* url : {"redis://", "redis:///", "redis://127.0.0.1", "redis://:6379/0"}) {
    const auto address = parse_redis_url(url);
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(address->host, "127.0.0.1") << url;
    EXPECT_EQ(address->port, 6379) << url;
    EXPECT_EQ(address->db, 0) << url;
    EXPECT_TRUE(address->user.empty() && address->password.empty()) << url;
  }
}

TEST(RedisAddress, TakesAPasswordWithoutAUserAndAnAtSignInIt) {
  const auto address = parse_redis_url("redis://:p@ss@host");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->password, "p@ss");
  EXPECT_EQ(address->host, "host");
}

TEST(RedisAddress, TakesIpv6InBrackets) {
  const auto address = parse_redis_url("redis://[::1]:7000");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->port, 7000);
}

TEST(RedisAddress, RefusesTheRestWithoutRepeatingIt) {
  for (const char* url : {"",
                          "localhost:6379",
                          "http://h0st",
                          "rediss://:s3cret@h0st",
                          "redis://:s3cret@h0st:0",
                          "redis://:s3cret@h0st:65536",
                          "redis://:s3cret@h0st:",
                          "redis://:s3cret@h0st:6379x",
                          "redis://:s3cret@h0st/x",
                          "redis://:s3cret@h0st/-1",
                          "redis://:s3cret@h0st/1/2",
                          "redis://s3cret@h0st",
                          "redis://:s3cret%2@h0st",
                          "redis://:s3cret%zz@h0st",
                          "redis://:s3cret%00@h0st",
                          "redis://[::1",
                          "redis://[]",
                          "redis://[::1]x",
                          "redis://h0st name",
                          "redis://h0st?x=1"}) {
    const auto address = parse_redis_url(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().code, ErrorCode::kInvalid);
    const std::string said = address.error().message + address.error().detail;
    EXPECT_FALSE(said.empty());
    EXPECT_EQ(said.find("s3cret"), std::string::npos) << said;
    EXPECT_EQ(said.find("h0st"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace patchbay
