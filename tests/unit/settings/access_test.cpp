#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Anonymous = Access::Anonymous;

constexpr const char* kProviders =
    "\nproviders: { p: { plugin: x } }\nmodels: { \"*\": { provider: p } }\n";

Loaded read(const std::string& access, const std::map<std::string, std::string>& variables = {}) {
  Loaded loaded = load(access + kProviders, variables);
  EXPECT_EQ(text_of(loaded.problems), "");
  return loaded;
}

TEST(Access, ListsAccountsKeysAndProxies) {
  const Loaded loaded = read(R"(
access:
  basic: [{ username: app, password: "a:b" }, { username: two, password: p }]
  keys: [{ name: team, key: "sk-0123456789abcdef" }]
  anonymous: always
  trusted_proxies: "10.0.0.0/8, ::1"
)");
  const Access& access = loaded.settings.access;
  ASSERT_EQ(access.basic.size(), 2U);
  EXPECT_EQ(access.basic[0].password.reveal(), "a:b");
  EXPECT_EQ(access.basic[1].username, "two");
  ASSERT_EQ(access.keys.size(), 1U);
  EXPECT_EQ(access.keys[0].key.reveal(), "sk-0123456789abcdef");
  EXPECT_EQ(access.anonymous, Anonymous::kAlways);
  ASSERT_EQ(access.trusted_proxies.size(), 2U);
  EXPECT_EQ(access.trusted_proxies[1].text(), "::1");
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST(Access, LeavesOutWhatVariablesLeaveEmpty) {
  const Loaded loaded = read(R"(
access:
  basic: [{ username: "${USER_NAME:-}", password: "${USER_WORD:-}" }]
  keys: [{ name: default, key: "${KEY:-}" }]
)");
  EXPECT_THAT(loaded.settings.access.basic, IsEmpty());
  EXPECT_THAT(loaded.settings.access.keys, IsEmpty());
  EXPECT_EQ(loaded.settings.access.anonymous, Anonymous::kLoopback);
}

TEST(Access, WarnsOfAKeyThatCanBeGuessed) {
  const Loaded loaded = read("access: { keys: [{ name: short, key: abcdef-15-bytes }] }");
  EXPECT_EQ(loaded.settings.access.keys.size(), 1U);
  ASSERT_EQ(loaded.warnings.size(), 1U);
  EXPECT_THAT(loaded.warnings[0], HasSubstr("access.keys[0].key"));
  EXPECT_THAT(loaded.warnings[0], testing::Not(HasSubstr("abcdef")));
}

TEST(Access, AsksForCredentialsInProduction) {
  const auto anonymous = [](const std::string& environment, const std::string& word) {
    return read("access: { environment: \"" + environment + "\", anonymous: " + word + " }")
        .settings.access.anonymous;
  };
  EXPECT_EQ(anonymous("production", "loopback"), Anonymous::kNever);
  EXPECT_EQ(anonymous("production", "always"), Anonymous::kAlways) << "said explicitly";
  EXPECT_EQ(anonymous("staging", "loopback"), Anonymous::kLoopback);
  EXPECT_EQ(anonymous("", "never"), Anonymous::kNever);

  const Loaded built_in = load_built_in(environment_of({{"APP_ENV", "production"}}), "/prefix");
  EXPECT_EQ(built_in.settings.access.anonymous, Anonymous::kNever);
}

TEST(RateLimit, IsRead) {
  const RateLimit limit =
      read("rate_limit: { requests: 5, window: 10s, routes: [/v1, /chat], fail_closed: true }")
          .settings.rate_limit;
  EXPECT_EQ(limit.requests, 5);
  EXPECT_EQ(limit.window_ms, 10'000);
  EXPECT_THAT(limit.routes, ElementsAre("/v1", "/chat"));
  EXPECT_TRUE(limit.fail_closed);
}

TEST(RateLimit, HoldsWhereItIsToldTo) {
  EXPECT_THAT(read("").settings.rate_limit.routes, ElementsAre("/api/chat/stream"));
  EXPECT_THAT(read("rate_limit: { routes: [] }").settings.rate_limit.routes, IsEmpty());
  EXPECT_EQ(read("rate_limit: { requests: 0 }").settings.rate_limit.requests, 0);
}

}  // namespace
}  // namespace patchbay::settings
