#include "core/settings/describe.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

TEST(Describe, SaysWhoAnswersWhatAndWhyNot) {
  const Loaded loaded = load(R"(
server: { listen: ":80", workers: 2, cors_origins: ["https://a.example"], hosts: [chat.example.com] }
storage: { url: "postgresql://ann:hidden@db/chat?sslmode=require" }
limits: { body_bytes: 1MiB, idle_timeout: 500ms, headers: 100, connections: 9 }
plugins: { path: [plugins] }
defaults: { provider: [hosted, local], model: fast }
providers:
  hosted: { plugin: cloud, config: { api_key: "${KEY:-}" } }
  local:
    plugin: near
    proxy: "http://user:hunter2@proxy:3128"
    addresses: ["10.0.0.0/8", "fd00:0::/8"]
    config:
      api_key: written-here
      base_url: "http://127.0.0.1:1/v1"
      url_with_user: "http://user:hunter2@host/"
      region: "${REGION}"
      empty: ""
      quoted: "5"
      list: [1, 2]
      map: { a: b }
models:
  fast: { provider: [hosted, local], model: big }
  "*": { provider: hosted }
)",
                             {{"REGION", "eu-1"}});
  ASSERT_EQ(text_of(loaded.problems), "");
  EXPECT_EQ(describe(loaded.settings),
            R"(listen        :80
workers       2
log level     info
limits        body_bytes 1MiB, connections 9, idle_timeout 500ms
cors origins  https://a.example
hosts         chat.example.com
plugins       /conf/plugins
storage       postgresql://ann@db/chat
providers
  hosted  plugin cloud  disabled: its api_key is empty
    api_key: (empty)
  local   plugin near   enabled
    api_key: ***
    base_url: "http://127.0.0.1:1/v1"
    url_with_user: ***
    region: *** (from ${REGION})
    empty: (empty)
    quoted: "5"
    list: (a list of 2)
    map: (1 settings)
    through a proxy
    may reach 10.0.0.0/8, fd00::/8
models
  fast  -> local (disabled: hosted), big
  *     -> nobody (disabled: hosted), the same name
defaults
  provider  -> local (disabled: hosted)
  model     -> fast
)");
}

TEST(Describe, SaysWhoMayAskAndHowOften) {
  const Loaded loaded = load(R"(
access:
  basic: [{ username: app, password: hunter2-hunter2 }]
  keys: [{ name: team, key: sk-0123456789abcdef }, { name: ops, key: sk-0123456789abcdeg }]
rate_limit: { requests: 5, window: 10s, routes: [/v1, /chat], fail_closed: true }
providers: { p: { plugin: x } }
)");
  ASSERT_EQ(text_of(loaded.problems), "");
  const std::string text = describe(loaded.settings);
  EXPECT_THAT(text, testing::HasSubstr("access        accounts 1, keys team, ops\n"));
  EXPECT_THAT(
      text,
      testing::HasSubstr("rate limit    5 in 10000ms for /v1, /chat, closed without Redis\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("hunter2")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("sk-")));
}

}  // namespace
}  // namespace patchbay::settings
