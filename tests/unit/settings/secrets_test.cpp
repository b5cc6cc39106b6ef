// Plants a secret wherever a configuration can hold one, and reads everything that is said about
// it: no message, warning or description may hold it.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/settings/describe.hpp"
#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "s3cr3t-value";

std::string everything_said(const Loaded& loaded) {
  std::string out = text_of(loaded.problems);
  for (const std::string& warning : loaded.warnings)
    out += warning + '\n';
  return out + describe(loaded.settings);
}

TEST(Secrets, AreInNoMessageWhereverTheyStandWrongly) {
  const std::vector<std::string> wrong = {
      "server: { listen: \"${SECRET}\" }",
      "server: { workers: \"${SECRET}\" }",
      "server: { cors_origins: [\"${SECRET}\"] }",
      "server: { cors_origins: \"${SECRET}\" }",
      "server: { hosts: [\"http://${SECRET}\"] }",
      "server: \"${SECRET}\"",
      "log: { level: \"${SECRET}\" }",
      "log: \"${SECRET}\"",
      "redis: \"${SECRET}\"",
      "redis: { url: \"${SECRET}\" }",
      "redis: { url: \"redis://:s3cr3t-value@host:0\" }",
      "redis: { url: \"redis://s3cr3t-value@host\" }",
      "redis: { url: [\"redis://:${SECRET}@host\"] }",
      "plugins: \"${SECRET}\"",
      "defaults: { provider: \"${SECRET}\" }",
      "defaults: { provider: [p, \"${SECRET}\"] }",
      "defaults: { model: \"two words ${SECRET}\" }",
      "models: { m: { provider: \"${SECRET}\" } }",
      "models: { m: { provider: p, model: \"two words ${SECRET}\" } }",
      "models: { m: \"${SECRET}\" }",
      "models: \"${SECRET}\"",
      "providers: \"${SECRET}\"",
      "providers: { p: \"${SECRET}\" }",
      "providers: { p: { plugin: x, enabled: \"${SECRET}\" } }",
      "providers: { p: { plugin: x, connect_timeout: \"${SECRET}\" } }",
      "providers: { p: { plugin: x, first_byte_timeout: \"${SECRET}\" } }",
      "providers: { p: { plugin: x, idle_timeout: \"5${SECRET}\" } }",
      "providers: { p: { plugin: x, proxy: \"${SECRET}\" } }",
      "providers: { p: { plugin: x, proxy: s3cr3t-value } }",
      "providers: { p: { plugin: x, config: \"${SECRET}\" } }",
      "providers: { p: { plugin: x, config: { api_key: \"${SECRET} ${NONE}\" } } }",
      "providers: { p: { plugin: x, config: { api_key: \"${SECRET\" } } }",
      "providers: { p: { plugin: x, config: { api_key: \"${BINARY}\" } } }",
      "providers: { p: { plugin: x, config: { api_key: \"${file:${SECRET}}\" } } }",
      "providers: { p: { plugin: x, config: { api_key: s3cr3t-value, api_key: s3cr3t-value } } }",
      "providers: { p: { plugin: x, config: { api_key: \"s3cr3t-value } } }",
      "providers: { p: { plugin: x, config: { api_key: &s3 s3cr3t-value } } }",
      "providers: { p: { plugin: x, config: { api_key: !t s3cr3t-value } } }",
      "providers: { p: { plugin: x, config: { api_key: s3cr3t-value: x } } }",
      "providers: { p: { plugin: x, config: { api_key: [s3cr3t-value } } }",
      "providers: { p: { plugin: x, config: { api_key: \"\\qs3cr3t-value\" } } }",
  };
  for (const std::string& text : wrong) {
    const Loaded loaded =
        load(text, {{"SECRET", kSecret}, {"BINARY", std::string(kSecret) + "\xFF"}});
    EXPECT_FALSE(loaded.ok()) << text;
    EXPECT_THAT(everything_said(loaded), Not(HasSubstr(kSecret))) << text;
  }
}

TEST(Secrets, AreInNoDescription) {
  const TemporaryFolder folder;
  folder.write("key", std::string(kSecret) + "\n");
  const Environment environment = environment_of({{"SECRET", kSecret}});
  const Loaded loaded = load_text("f",
                                  R"(
providers:
  p:
    plugin: x
    proxy: "http://user:s3cr3t-value@proxy:1"
    config:
      api_key: s3cr3t-value
      from_environment: "prefix ${SECRET}"
      from_file: "${file:key}"
      base_url: "https://user:s3cr3t-value@host/v1"
      X-Auth-Token: s3cr3t-value
      headers: { Authorization: "Bearer s3cr3t-value" }
      list: [s3cr3t-value, "${SECRET}"]
models: { "*": { provider: p } }
)",
                                  environment,
                                  folder.path());
  ASSERT_EQ(text_of(loaded.problems), "");
  EXPECT_THAT(everything_said(loaded), Not(HasSubstr(kSecret)));
  EXPECT_THAT(everything_said(loaded), HasSubstr("***"));
}

TEST(Secrets, AreNamedByTheirVariable) {
  const Loaded loaded =
      load("providers: { p: { plugin: x, idle_timeout: \"${SECRET}\" } }\n", {{"SECRET", kSecret}});
  EXPECT_THAT(text_of(loaded.problems), HasSubstr("got (value of ${SECRET})"));
}

}  // namespace
}  // namespace patchbay::settings
