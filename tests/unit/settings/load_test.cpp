#include "core/settings/load.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/settings/fields.hpp"
#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Settings settings_of(std::string_view text, std::map<std::string, std::string> variables = {}) {
  Loaded loaded = load(text, std::move(variables));
  EXPECT_EQ(text_of(loaded.problems), "");
  return std::move(loaded.settings);
}

constexpr const char* kWhole = R"(
server: { listen: "[::1]:9000", workers: 3, drain_timeout: 5s, models_cache: 90s, cors_origins: ["https://a.example", "*"], hosts: [chat.example.com] }
log: { level: DEBUG }
plugins: { path: [mine, ../shared, /opt/plugins] }
defaults: { provider: [a, b], model: fast }
providers:
  a:
    plugin: some-type
    enabled: true
    connect_timeout: 1.5s
    first_byte_timeout: 2m
    idle_timeout: 45
    proxy: "http://user:pass@proxy:3128"
    config:
      api_key: k
      deep: { list: [1, { x: y }], nothing: ~ }
    total_timeout: 1.5h
    addresses: [10.0.0.0/8, "fd00::/8", 192.168.1.7]
  b: { plugin: other }
models:
  fast: { provider: a, model: big-model-1 }
  slow: { provider: [b, a] }
  plain: {}
  "*": { provider: b }
limits:
  header_bytes: 16KiB
  headers: 50
  body_bytes: 1.5 MB
  connections: 7
  output_bytes: 8192
  header_timeout: 1s
  body_timeout: 2s
  idle_timeout: 3s
  write_stall_timeout: 4s
chat:
  system_prompt: ""
  history_turns: 0
  temperature: 1.25
  max_user_message_tokens: 10
  max_history_tokens: 20
  max_response_tokens: 30
  resume_grace: 5s
  stream_buffer_bytes: 128KiB
  ui_stream: ui-message-stream
  tools: []
  tool_timeout: 7s
)";

TEST(Load, ReadsEveryKey) {
  const Settings s = settings_of(kWhole);
  EXPECT_EQ(s.server.listen, "[::1]:9000");
  EXPECT_EQ(s.server.listen_origin.line, 2);
  EXPECT_EQ(s.server.workers, 3U);
  EXPECT_THAT(s.server.cors_origins, ElementsAre("https://a.example", "*"));
  EXPECT_THAT(s.server.hosts, ElementsAre("chat.example.com"));
  EXPECT_EQ(s.server.workers_origin.line, 2);
  EXPECT_EQ(s.server.drain_timeout_ms, 5'000);
  EXPECT_EQ(s.server.models_cache_ms, 90'000);
  EXPECT_EQ(s.limits.header_bytes, 16'384);
  EXPECT_EQ(s.limits.headers, 50);
  EXPECT_EQ(s.limits.body_bytes, 1'500'000);
  EXPECT_EQ(s.limits.connections, 7);
  EXPECT_EQ(s.limits.output_bytes, 8'192);
  EXPECT_EQ(s.limits.header_timeout_ms, 1'000);
  EXPECT_EQ(s.limits.body_timeout_ms, 2'000);
  EXPECT_EQ(s.limits.idle_timeout_ms, 3'000);
  EXPECT_EQ(s.limits.write_stall_timeout_ms, 4'000);
  EXPECT_EQ(s.chat.system_prompt, "");
  EXPECT_EQ(s.chat.history_turns, 0);
  EXPECT_EQ(s.chat.temperature, 1.25);
  EXPECT_EQ(s.chat.max_user_message_tokens, 10);
  EXPECT_EQ(s.chat.max_history_tokens, 20);
  EXPECT_EQ(s.chat.max_response_tokens, 30);
  EXPECT_EQ(s.chat.resume_grace_ms, 5'000);
  EXPECT_EQ(s.chat.stream_buffer_bytes, 131'072);
  EXPECT_EQ(s.chat.ui_stream, "ui-message-stream");
  EXPECT_TRUE(s.chat.tools.empty());
  EXPECT_EQ(s.chat.tool_timeout_ms, 7'000);
  EXPECT_EQ(s.log.level, Log::Level::kDebug);
  EXPECT_THAT(s.plugins.path, ElementsAre("/conf/mine", "/shared", "/opt/plugins"));
  EXPECT_THAT(s.defaults.provider, ElementsAre("a", "b"));
  EXPECT_EQ(s.defaults.model, "fast");

  ASSERT_EQ(s.providers.size(), 2U);
  const Provider& a = s.providers[0];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.plugin, "some-type");
  EXPECT_EQ(a.plugin_origin.line, 8);
  EXPECT_EQ(a.plugin_origin.column, 13);
  EXPECT_EQ(a.origin.line, 7);
  EXPECT_TRUE(a.enabled);
  EXPECT_EQ(a.connect_timeout_ms, 1500);
  EXPECT_EQ(a.first_byte_timeout_ms, 120'000);
  EXPECT_EQ(a.idle_timeout_ms, 45'000);
  EXPECT_EQ(a.total_timeout_ms, 5'400'000);
  EXPECT_EQ(a.proxy, "http://user:pass@proxy:3128");
  ASSERT_EQ(a.addresses.size(), 3U);
  EXPECT_EQ(a.addresses[0].text(), "10.0.0.0/8");
  EXPECT_EQ(a.addresses[1].text(), "fd00::/8");
  EXPECT_EQ(a.addresses[2].text(), "192.168.1.7");

  ASSERT_EQ(s.models.size(), 4U);
  EXPECT_THAT(s.models[0].provider, ElementsAre("a"));
  EXPECT_EQ(s.models[0].upstream_model, "big-model-1");
  EXPECT_THAT(s.models[1].provider, ElementsAre("b", "a"));
  EXPECT_EQ(s.models[1].upstream_model, "");
  EXPECT_THAT(s.models[2].provider, ElementsAre("a", "b")) << "what defaults.provider names";
  EXPECT_EQ(s.models[3].name, "*");
}

TEST(Load, KeepsAProvidersConfigWithThePlaceOfEveryValue) {
  const Settings s = settings_of(kWhole);
  const ConfigValue& config = s.providers[0].config;
  ASSERT_EQ(config.kind, ConfigValue::Kind::kMap);
  const ConfigValue& deep = *config.find("deep");
  EXPECT_EQ(deep.origin.file, "test.yaml");
  EXPECT_EQ(deep.origin.line, 16);
  EXPECT_EQ(deep.members[0].key_origin.column, 15);
  const ConfigValue& list = *deep.find("list");
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].text, "1");
  EXPECT_FALSE(list.items[0].quoted);
  EXPECT_EQ(list.items[1].find("x")->text, "y");
  EXPECT_EQ(list.items[1].find("x")->origin.line, 16);
  EXPECT_EQ(list.items[1].find("x")->origin.column, 30);
  EXPECT_EQ(deep.find("nothing")->kind, ConfigValue::Kind::kNull);
  EXPECT_EQ(s.providers[1].config.kind, ConfigValue::Kind::kNull);
}

TEST(Load, FillsWhatIsLeftOutWithTheDefaults) {
  const Settings s = settings_of("server:\nlog:\nproviders: { p: { plugin: x } }\n");
  const Settings defaults;
  EXPECT_EQ(s.server.listen, defaults.server.listen);
  EXPECT_EQ(s.server.workers, 0U);
  EXPECT_EQ(s.log.level, Log::Level::kInfo);
  EXPECT_THAT(s.plugins.path, IsEmpty());
  EXPECT_EQ(s.providers[0].connect_timeout_ms, Provider{}.connect_timeout_ms);
  EXPECT_EQ(s.providers[0].first_byte_timeout_ms, Provider{}.first_byte_timeout_ms);
  EXPECT_EQ(s.providers[0].idle_timeout_ms, Provider{}.idle_timeout_ms);
}

TEST(Load, DisablesAProviderWithAnEmptyKey) {
  const Settings s = settings_of(R"(
providers:
  empty: { plugin: x, config: { api_key: "${NONE:-}" } }
  nothing: { plugin: x, config: { api_key: } }
  given: { plugin: x, config: { api_key: "${KEY:-}" } }
  keyless: { plugin: x, config: { base_url: "http://h" } }
  off: { plugin: x, enabled: false, config: { api_key: "" } }
defaults: { provider: keyless }
)",
                                 {{"KEY", "k"}});
  const auto because = [&](std::size_t i) { return s.providers[i].disabled_because; };
  EXPECT_EQ(because(0), "its api_key is empty");
  EXPECT_EQ(because(1), "its api_key is empty");
  EXPECT_EQ(because(2), "");
  EXPECT_EQ(because(3), "");
  EXPECT_EQ(because(4), "enabled is false");
  for (const Provider& provider : s.providers) {
    EXPECT_EQ(provider.enabled, provider.disabled_because.empty()) << provider.name;
  }
}

TEST(Load, WarnsOfWhatNobodyCanAnswer) {
  const Loaded loaded = load(R"(
providers:
  a: { plugin: x, enabled: false }
  b: { plugin: x, config: { api_key: "" } }
  c: { plugin: x }
models:
  dead: { provider: [a, b] }
  alive: { provider: [a, c] }
defaults: { provider: b }
)");
  EXPECT_TRUE(loaded.ok());
  EXPECT_THAT(
      loaded.warnings,
      ElementsAre(
          "test.yaml:9:23: defaults.provider: b is disabled because its api_key is empty:"
          " requests that it should answer will be refused",
          "test.yaml:7:3: models.dead: a is disabled because enabled is false, b is disabled"
          " because its api_key is empty: requests for it will be refused"));
}

// A default provider alone opens no name: a list of models stays the list of what may be asked for.
TEST(Load, WarnsWhenNoModelCanBeAskedFor) {
  const std::string providers = "providers: { p: { plugin: x } }\n";
  for (const std::string& text : {providers, providers + "defaults: { provider: p }\n"}) {
    const Loaded loaded = load(text);
    EXPECT_TRUE(loaded.ok());
    EXPECT_THAT(loaded.warnings,
                ElementsAre("test.yaml:1:14: models: has no entry: every request will be refused;"
                            " an entry \"*\" takes every name"));
  }
  EXPECT_THAT(load(providers + "defaults: { provider: p }\nmodels: { \"*\": {} }\n").warnings,
              IsEmpty());
}

TEST(Load, ReadsListsFromAVariable) {
  const Settings s = settings_of(
      "server: { cors_origins: \"${ORIGINS}\", hosts: \"${NONE:-}\" }\n"
      "providers: { p: { plugin: x } }\n",
      {{"ORIGINS", "http://localhost:3000, http://localhost:5173,"}});
  EXPECT_THAT(s.server.cors_origins, ElementsAre("http://localhost:3000", "http://localhost:5173"));
  EXPECT_THAT(s.server.hosts, IsEmpty());
}

// As programs in Python have it, whose settings are JSON.
TEST(Load, ReadsAnArrayFromAVariable) {
  const auto origins = [](const std::string& value) {
    return settings_of(
               "server: { cors_origins: \"${ORIGINS}\" }\nproviders: { p: { plugin: x } }\n",
               {{"ORIGINS", value}})
        .server.cors_origins;
  };
  EXPECT_THAT(origins(R"(["http://localhost:3000", "http://[::1]:5173"])"),
              ElementsAre("http://localhost:3000", "http://[::1]:5173"));
  EXPECT_THAT(origins(R"([ "http://a" ])"), ElementsAre("http://a"));
  EXPECT_THAT(origins("[]"), IsEmpty());
}

// Such a list with a mistake in it must not be taken for origins that no browser ever sends.
TEST(Load, RefusesOriginsThatNoBrowserSends) {
  for (const char* bad : {R"(["http://a", http://b])", "'http://a'", "<http://a>", "[http://a]"}) {
    const Loaded loaded =
        load("server: { cors_origins: \"${ORIGINS}\" }\nproviders: { p: { plugin: x } }\n",
             {{"ORIGINS", bad}});
    EXPECT_FALSE(loaded.ok()) << bad;
  }
}

TEST(Load, ReadsProvidersFromAVariable) {
  const std::string text =
      "providers: { p: { plugin: x }, q: { plugin: x } }\n"
      "defaults: { provider: \"${WHO:-p,q}\" }\nmodels: { \"*\": { provider: \"${WHO:-q, p}\" } "
      "}\n";
  EXPECT_THAT(settings_of(text).defaults.provider, ElementsAre("p", "q"));
  EXPECT_THAT(settings_of(text).models[0].provider, ElementsAre("q", "p"));
  EXPECT_THAT(settings_of(text, {{"WHO", "Q"}}).models[0].provider, ElementsAre("q"));
  EXPECT_FALSE(load(text, {{"WHO", ","}}).ok());
  EXPECT_FALSE(load(text, {{"WHO", "p,r"}}).ok());
}

TEST(Load, NamesEachProviderOnceInAList) {
  const Settings s = settings_of(
      "providers: { p: { plugin: x }, q: { plugin: x } }\ndefaults: { provider: [p, q, p] }\n");
  EXPECT_THAT(s.defaults.provider, ElementsAre("p", "q"));
}

TEST(Load, UnderstandsTheLogLevelsOfOtherPrograms) {
  const auto level = [](const std::string& name) {
    return settings_of("providers: { p: { plugin: x } }\nlog: { level: \"${L}\" }\n", {{"L", name}})
        .log.level;
  };
  EXPECT_EQ(level("WARNING"), Log::Level::kWarn);
  EXPECT_EQ(level("CRITICAL"), Log::Level::kError);
  EXPECT_EQ(level("Trace"), Log::Level::kTrace);
  EXPECT_EQ(level("off"), Log::Level::kOff);
}

TEST(Load, ReadsDurations) {
  EXPECT_EQ(parse_duration_ms("5s"), 5000);
  EXPECT_EQ(parse_duration_ms("300ms"), 300);
  EXPECT_EQ(parse_duration_ms("10m"), 600'000);
  EXPECT_EQ(parse_duration_ms("1h"), 3'600'000);
  EXPECT_EQ(parse_duration_ms("24h"), 86'400'000);
  EXPECT_EQ(parse_duration_ms("2"), 2000);
  EXPECT_EQ(parse_duration_ms("0.25"), 250);
  EXPECT_EQ(parse_duration_ms("1.5 s"), 1500);
  EXPECT_EQ(parse_duration_ms("0"), 0);
  for (const char* wrong : {"",
                            "s",
                            "5x",
                            "-1s",
                            "nan",
                            "inf",
                            "1e3",
                            "25h",
                            "5s5",
                            "0x10",
                            " 5s",
                            "99999999999999999999"}) {
    EXPECT_EQ(parse_duration_ms(wrong), std::nullopt) << wrong;
  }
}

TEST(Bytes, ReadsNumbersWithAndWithoutUnits) {
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("512"), 512);
  EXPECT_EQ(parse_bytes("64KiB"), 65'536);
  EXPECT_EQ(parse_bytes("1.5 MiB"), 1'572'864);
  EXPECT_EQ(parse_bytes("2GiB"), 2'147'483'648);
  EXPECT_EQ(parse_bytes("10MB"), 10'000'000);
  for (const char* wrong : {"", "KiB", "-1", "12 potatoes", "1e3", "nan", "inf", "64kib "}) {
    EXPECT_EQ(parse_bytes(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(bytes_text(65'536), "64KiB");
  EXPECT_EQ(bytes_text(1'500'000), "1500000");
}

TEST(Load, ResolvesPathsAgainstTheFolderOfTheFile) {
  const TemporaryFolder folder;
  const auto file =
      folder.write("c.yaml",
                   "plugins: { path: [mine] }\n"
                   "providers: { p: { plugin: x, config: { api_key: \"${file:key}\" } } }\n");
  folder.write("key", "sk-1\n");
  Environment environment = environment_of({});
  environment.current_folder = folder.path();
  for (const std::filesystem::path& name : {file, std::filesystem::path("c.yaml")}) {
    const Loaded loaded = load_file(name, environment);
    EXPECT_EQ(text_of(loaded.problems), "");
    EXPECT_THAT(loaded.settings.plugins.path, ElementsAre(folder.path() / "mine"));
    EXPECT_EQ(loaded.settings.providers.at(0).config.find("api_key")->text, "sk-1");
  }
}

TEST(Load, KnowsWhereAProvidersTrafficIsKept) {
  const Settings s = settings_of(R"(
providers:
  beside: { plugin: x, record: true }
  named: { plugin: x, record: kept/here/ }
  far: { plugin: x, record: "${WHERE}" }
  off: { plugin: x, record: false }
  nowhere: { plugin: x, record: "" }
  nothing: { plugin: x, record: }
models: { "*": { provider: beside } }
)",
                                 {{"WHERE", "/var/kept"}});
  EXPECT_EQ(s.providers[0].record, "/conf/recordings");
  EXPECT_EQ(s.providers[1].record, "/conf/kept/here/");
  EXPECT_EQ(s.providers[2].record, "/var/kept");
  for (std::size_t i = 3; i < 6; ++i)
    EXPECT_EQ(s.providers[i].record, "");
}

TEST(Load, SaysWhyAFileCannotBeRead) {
  const TemporaryFolder folder;
  const Environment environment = environment_of({});
  const std::string none = (folder.path() / "none.yaml").string();
  EXPECT_EQ(text_of(load_file(none, environment).problems),
            none + ": cannot be read: no such file or directory\n");
  EXPECT_EQ(text_of(load_file(folder.path(), environment).problems),
            folder.path().string() + ": cannot be read: is a directory\n");
}

TEST(Load, BoundsWhatAFileMayHold) {
  const TemporaryFolder folder;
  const auto file = folder.write("big.yaml", std::string(2 * 1024 * 1024, '#'));
  EXPECT_FALSE(load_file(file, environment_of({})).ok());
  // Nesting that would exhaust the stack of a parser or of a destructor.
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
      deep += open;
    EXPECT_FALSE(load(deep).ok()) << open;
  }
}

TEST(Load, SurvivesEveryCutOfAGoodFile) {
  const std::string whole = kWhole;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const Loaded loaded = load(std::string_view(whole).substr(0, cut));
    for (const Problem& problem : loaded.problems)
      EXPECT_FALSE(problem.message.empty());
  }
}

}  // namespace
}  // namespace patchbay::settings
