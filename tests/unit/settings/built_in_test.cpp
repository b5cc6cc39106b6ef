// The built-in configuration, which is config/patchbay.yaml: what it comes to with nothing in the
// environment, and what each variable turns.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/settings/load.hpp"
#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LoadBuiltIn, AnswersEveryModelWithTheStubWhenNothingIsSet) {
  const Loaded loaded = load_built_in(environment_of({}), "/prefix");
  EXPECT_EQ(text_of(loaded.problems), "");
  EXPECT_THAT(loaded.warnings, IsEmpty());
  const Settings& s = loaded.settings;
  EXPECT_EQ(s.server.listen, "127.0.0.1:8080");
  EXPECT_EQ(s.server.listen_origin.file, "built-in");
  EXPECT_EQ(s.limits, Limits()) << "what the file shows is what holds without it";
  EXPECT_EQ(s.chat, Chat());
  EXPECT_EQ(s.server.drain_timeout_ms, Server().drain_timeout_ms);
  EXPECT_EQ(s.server.models_cache_ms, Server().models_cache_ms);
  EXPECT_THAT(s.plugins.path, IsEmpty()) << "the bundled plugins are always found";

  std::vector<std::string> enabled;
  std::vector<std::string> disabled;
  for (const Provider& provider : s.providers)
    (provider.enabled ? enabled : disabled).push_back(provider.name);
  EXPECT_THAT(enabled, ElementsAre("stub", "gemini-stub"));
  EXPECT_THAT(disabled, ElementsAre("openai", "azure", "openrouter", "anthropic", "Gemini"));
  for (const Provider& provider : s.providers)
    EXPECT_EQ(provider.otherwise.empty(), provider.enabled) << provider.name << " has a stand-in";
  EXPECT_EQ(s.providers[5].otherwise, "gemini-stub");
  EXPECT_EQ(s.providers[6].plugin, "stub");
  EXPECT_EQ(s.providers[6].config.find("reply")->text, "Gemini API Stub Response");

  ASSERT_EQ(s.models.size(), 1U);
  EXPECT_EQ(s.models[0].name, "*");
  EXPECT_THAT(s.models[0].provider,
              ElementsAre("openai", "azure", "openrouter", "anthropic", "stub"));
  EXPECT_THAT(s.defaults.provider, ElementsAre("openai", "stub"));
}

TEST(LoadBuiltIn, IsTurnedByTheEnvironment) {
  const Loaded loaded = load_built_in(environment_of({{"OPENAI_API_KEY", "k"},
                                                      {"OPENAI_BASE_URL", "http://up/v1"},
                                                      {"PORT", "9000"},
                                                      {"LLM_PROVIDER", "STUB"},
                                                      {"MODEL_NAME", "m"},
                                                      {"LOG_LEVEL", "WARNING"},
                                                      {"CORS_ORIGINS", "*"},
                                                      {"BACKEND_AUTH_USERNAME", "app"},
                                                      {"BACKEND_AUTH_PASSWORD", "word"},
                                                      {"API_KEY", "sk-0123456789abcdef"},
                                                      {"PATCHBAY_TRUSTED_PROXIES", "10.0.0.0/8"}}),
                                      "/prefix");
  EXPECT_EQ(text_of(loaded.problems), "");
  const Settings& s = loaded.settings;
  EXPECT_TRUE(s.providers[0].enabled);
  EXPECT_EQ(s.providers[0].config.find("api_key")->text, "k");
  EXPECT_EQ(s.providers[0].config.find("base_url")->text, "http://up/v1");
  EXPECT_EQ(s.server.listen, "127.0.0.1:9000");
  EXPECT_THAT(s.defaults.provider, ElementsAre("stub"));
  EXPECT_THAT(s.models[0].provider, ElementsAre("stub"));  // and nobody else, however many keys
  EXPECT_EQ(s.defaults.model, "m");
  EXPECT_EQ(s.log.level, Log::Level::kWarn);
  EXPECT_THAT(s.server.cors_origins, ElementsAre("*"));
  ASSERT_EQ(s.access.basic.size(), 1U);
  EXPECT_EQ(s.access.basic[0].username, "app");
  EXPECT_EQ(s.access.basic[0].password.reveal(), "word");
  ASSERT_EQ(s.access.keys.size(), 1U);
  EXPECT_EQ(s.access.keys[0].name, "default");
  EXPECT_EQ(s.access.keys[0].key.reveal(), "sk-0123456789abcdef");
  EXPECT_EQ(s.access.trusted_proxies.size(), 1U);

  const Loaded elsewhere =
      load_built_in(environment_of({{"PORT", "9000"}, {"PATCHBAY_LISTEN", ":1"}}), "/p");
  EXPECT_EQ(elsewhere.settings.server.listen, ":1");
}

}  // namespace
}  // namespace patchbay::settings
