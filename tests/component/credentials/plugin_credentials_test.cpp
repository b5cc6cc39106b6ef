// Credentials of a real plugin: its functions run on the control thread of its catalog, and what
// they tell arrives.

#include <gmock/gmock.h>

#include "core/plugin_host/catalog.hpp"
#include "tests/component/credentials/office.hpp"

namespace patchbay::relay {
namespace {

using State = Caller::State;

ConfigValue scalar(std::string text) {
  ConfigValue value;
  value.kind = ConfigValue::Kind::kScalar;
  value.text = std::move(text);
  return value;
}

ConfigValue mapping(std::vector<std::pair<std::string, ConfigValue>> members) {
  ConfigValue value;
  value.kind = ConfigValue::Kind::kMap;
  for (auto& [name, member] : members)
    value.members.push_back({std::move(name), {}, std::move(member)});
  return value;
}

class PluginCredentials : public CredentialsTest {
 protected:
  PluginCredentials()
      : catalog_({.search_path = {PATCHBAY_TEST_PLUGINS},
                  .state_folder = {},
                  .host_version = "1.0",
                  .log = [this](int, std::string_view, std::string_view line) {
                    const std::lock_guard lock(log_mutex_);
                    log_.append(line).append("\n");
                  }}) {
    plugin_host::ProviderEntry entry;
    entry.name = "cloud";
    entry.type = "azure-openai";
    const std::string origin = server_.url().substr(0, server_.url().rfind('/'));
    entry.config = mapping({{"endpoint", scalar("https://unit.example")},
                            {"entra",
                             mapping({{"tenant_id", scalar("t")},
                                      {"client_id", scalar("c")},
                                      {"client_secret", scalar("s3cret-value")},
                                      {"authority", scalar(origin)}})}});
    std::vector<Problem> problems;
    auto made = catalog_.load({entry}, problems);
    for (const Problem& problem : problems)
      ADD_FAILURE() << problem.text();
    if (!made.empty()) plugin_ = made.front();
  }
  ~PluginCredentials() override {
    credentials_.reset();
    plugin_.reset();
  }

  std::mutex log_mutex_;
  std::string log_;
  plugin_host::Catalog catalog_;
  std::shared_ptr<plugin_host::Instance> plugin_;
};

TEST_F(PluginCredentials, AreFetchedAsThePluginSays) {
  ASSERT_NE(plugin_, nullptr);
  credentials_ = Credentials::of(plugin_, to_loopback());
  ASSERT_NE(credentials_, nullptr);
  server_.answer(
      TokenServer::response(200, R"({"access_token":"eyJ0.token.sig","expires_in":3599})"));
  EXPECT_EQ(wait_told(ask()), State::kGoes);
  EXPECT_EQ(credentials_->version(), 1u);
  EXPECT_THAT(server_.last_request(), ::testing::HasSubstr("POST /t/oauth2/v2.0/token HTTP/1.1"));
  EXPECT_THAT(server_.last_request(), ::testing::HasSubstr("client_secret=s3cret-value"));
}

TEST_F(PluginCredentials, FailInThePluginsWordsAndNothingIsRepeated) {
  ASSERT_NE(plugin_, nullptr);
  credentials_ = Credentials::of(plugin_, to_loopback());
  server_.answer(TokenServer::response(401, R"({"error":"invalid_client"})"));
  Caller& caller = ask();
  EXPECT_EQ(wait_told(caller), State::kFails);
  EXPECT_EQ(chat::status_of(caller.failure), 502);
  const std::lock_guard lock(log_mutex_);
  EXPECT_THAT(log_, ::testing::Not(::testing::HasSubstr("s3cret-value")));
}

TEST_F(PluginCredentials, APluginThatGoesInTheMiddleIsWaitedFor) {
  ASSERT_NE(plugin_, nullptr);
  credentials_ = Credentials::of(plugin_, to_loopback());
  Caller& caller = ask();
  server_.wait_requests(1);
  plugin_.reset();
  leave(caller);
  credentials_.reset();
  server_.answer(TokenServer::response(200, R"({"access_token":"eyJ0.t","expires_in":9})"));
  // The exchange has the last hold on both; when it ends, the plugin does.
  const Time deadline = Clock::now() + std::chrono::seconds(60);
  while (!catalog_.live().empty() && Clock::now() < deadline)
    on_worker(0, [] {});
  EXPECT_TRUE(catalog_.live().empty());
  catalog_.settle();
}

}  // namespace
}  // namespace patchbay::relay
