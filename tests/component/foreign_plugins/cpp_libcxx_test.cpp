// The example in C++ with a standard library of its own: lines of JSON from an upstream, and
// exceptions that stay inside.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/foreign_plugins/exchange.hpp"
#include "tests/support/fake_host.hpp"

namespace patchbay::plugin_host {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CppLibcxx : public ::testing::Test {
 protected:
  CppLibcxx()
      : providers_({entry_with("cpp-libcxx", {{"base_url", "http://127.0.0.1:9/"}}),
                    entry_with("cpp-libcxx",
                               {{"base_url", "http://127.0.0.1:9/v2"}, {"api_key", "key-of-test"}},
                               "two")}) {}
  void SetUp() override { ASSERT_EQ(providers_.problems, ""); }
  void TearDown() override {
    EXPECT_EQ(providers_.log.misbehaviours(), 0U) << providers_.log.all();
  }

  std::unique_ptr<Exchange> begin() {
    auto exchange = std::make_unique<Exchange>(providers_.instances.front(), "model-a");
    exchange->request();
    return exchange;
  }

  Providers providers_;
};

TEST_F(CppLibcxx, PutsTheClientsBodyIntoAnEnvelope) {
  Exchange exchange(providers_.instances[0], "a \"b\" \\ \x01");
  EXPECT_EQ(exchange.request(),
            "POST http://127.0.0.1:9/generate\n"
            "content-type: application/json\n\n"
            R"({"model":"a \"b\" \\ \u0001","request":)" +
                exchange.client().body + "}");
}

TEST_F(CppLibcxx, SendsTheKeyWhereThereIsOne) {
  Exchange exchange(providers_.instances[1], "m");
  EXPECT_EQ(exchange.request(),
            "POST http://127.0.0.1:9/v2/generate\n"
            "content-type: application/json\n"
            "authorization: Bearer key-of-test\n\n"
            R"({"model":"m","request":)" +
                exchange.client().body + "}");
}

TEST_F(CppLibcxx, SaysTheSameForEveryCut) {
  const std::string body =
      "{\"text\": \"Caf\xC3\xA9 \\u20AC \\\"\"}\r\n\n"
      "{ \"more\" : true , \"text\":\" \xF0\x9F\x98\x80\\n\", \"n\": -1.5e3 }\n"
      "{}\n"
      "{\"end\": \"length\", \"input\": 3, \"output\": 2}\n"
      "this comes too late to matter";
  for (std::size_t first = 0; first <= body.size(); ++first) {
    for (std::size_t second = first; second <= body.size(); second += 7) {
      const auto exchange = begin();
      ASSERT_EQ(exchange->answer({.body = body}, {first, second}), PBAY_OK);
      ASSERT_EQ(exchange->heard.text, "Caf\xC3\xA9 \xE2\x82\xAC \" \xF0\x9F\x98\x80\n");
      ASSERT_EQ(exchange->heard.events,
                "ITEM_END 0.0\nFINISH 0 length \"length\"\nUSAGE input=3 output=2\n");
      ASSERT_TRUE(exchange->heard.valid);
    }
  }
}

TEST_F(CppLibcxx, NeedsNeitherCountsNorALastLineFeed) {
  const auto exchange = begin();
  EXPECT_EQ(exchange->answer({.body = "{\"end\": \"tired\"}"}), PBAY_OK);
  EXPECT_EQ(exchange->heard.events, "ITEM_END 0.0\nFINISH 0 other \"tired\"\nUSAGE\n");
}

// Each of these is an exception in there.
TEST_F(CppLibcxx, FailsOnABrokenLine) {
  const std::vector<std::pair<std::string, std::string>> lines{
      {"x", "expected '{'"},
      {"{", "expected '\"'"},
      {"{\"a\"}", "expected ':'"},
      {"{\"a\":}", "expected a value"},
      {"{\"a\":[1]}", "expected a value"},
      {"{\"a\":1", "expected '}'"},
      {"{\"a\":1}}", "something follows"},
      {"{\"a\":\"b}", "without an end"},
      {"{\"a\":\"\x01\"}", "control character"},
      {"{\"a\":\"\\x\"}", "unknown escape"},
      {"{\"a\":\"\\u12G4\"}", "\\u escape"},
      {"{\"a\":\"\\u12", "\\u escape"},
      {"{\"a\":\"\\", "unknown escape"},
      {"{\"a\":\"\xC3\"}", "not UTF-8"},
      {"{\"a\":\"\xC0\x80\"}", "not UTF-8"},
      {"{\"a\":\"\xED\xA0\x80\"}", "not UTF-8"},
      {"{\"a\":\"\xF4\x90\x80\x80\"}", "not UTF-8"},
      {"{\"a\":\"\xE2\x82", "not UTF-8"},
      {"{\"text\":1}", "\"text\" is no text"},
      {"{\"end\":\"stop\",\"input\":\"1\"}", "\"input\" is no whole number"},
      {"{\"end\":\"stop\",\"output\":1.5}", "\"output\" is no whole number"}};
  for (const auto& [line, why] : lines) {
    const auto exchange = begin();
    EXPECT_EQ(exchange->answer({.body = "{\"text\":\"ok\"}\n" + line + "\n"}), PBAY_E_PROTOCOL)
        << line;
    EXPECT_EQ(exchange->heard.text, "ok");
    EXPECT_EQ(exchange->call().error().category, PBAY_ERR_UPSTREAM);
    EXPECT_THAT(exchange->call().error().message, HasSubstr(why)) << line;
  }
}

TEST_F(CppLibcxx, PassesOnWhatTheUpstreamSaysWentWrong) {
  const auto exchange = begin();
  EXPECT_EQ(exchange->answer({.body = "{\"text\":\"a\"}\n{\"error\":\"out of paper\"}\n"}),
            PBAY_E_FAIL);
  EXPECT_EQ(exchange->call().error().category, PBAY_ERR_UPSTREAM);
  EXPECT_EQ(exchange->call().error().message, "the upstream gave up: out of paper");
}

TEST_F(CppLibcxx, FailsWhenTheLastLineIsMissing) {
  const auto exchange = begin();
  EXPECT_EQ(exchange->answer({.body = "{\"text\":\"a\"}\n"}), PBAY_E_FAIL);
  EXPECT_EQ(exchange->heard.events, "");
  EXPECT_THAT(exchange->call().error().message, HasSubstr("before its last line"));
}

TEST_F(CppLibcxx, TellsARefusalWithItsBody) {
  const std::string body = R"({"error": "slow down"})";
  const std::vector<std::pair<int, std::int32_t>> categories{{307, PBAY_ERR_UPSTREAM},
                                                             {401, PBAY_ERR_AUTH},
                                                             {404, PBAY_ERR_NOT_FOUND},
                                                             {422, PBAY_ERR_BAD_REQUEST},
                                                             {429, PBAY_ERR_RATE_LIMIT},
                                                             {500, PBAY_ERR_UPSTREAM},
                                                             {503, PBAY_ERR_OVERLOADED}};
  for (const auto& [status, category] : categories) {
    const auto exchange = begin();
    EXPECT_EQ(exchange->answer({status, body}), PBAY_E_FAIL);
    EXPECT_EQ(exchange->call().error().category, category) << status;
    EXPECT_EQ(exchange->call().error().message, "the upstream answered " + std::to_string(status));
    EXPECT_EQ(exchange->call().error().upstream_body, body);
  }
}

TEST_F(CppLibcxx, StopsWhenNobodyListens) {
  const auto exchange = begin();
  exchange->heard.answer = PBAY_E_CANCELLED;
  const std::string line = "{\"text\":\"a\"}\n";
  EXPECT_EQ(exchange->answer({.body = line + line}), PBAY_E_CANCELLED);
  EXPECT_EQ(exchange->heard.text, "a");
}

TEST(CppLibcxxSettings, AreRefusedAtTheirLine) {
  const auto problems = [](std::vector<std::pair<std::string, std::string>> config) {
    return Providers({entry_with("cpp-libcxx", std::move(config))}).problems;
  };
  EXPECT_EQ(problems({}),
            "patchbay.yaml:4:5: providers.one.config: missing required key \"base_url\"\n");
  EXPECT_EQ(problems({{"base_url", "http://127.0.0.1/?v=1"}}),
            "patchbay.yaml:5:20: providers.one.config.base_url: has a query or a fragment, and a "
            "path is put behind it\n");
  const std::string secret = problems({{"base_url", "http://127.0.0.1"}, {"api_key", "hush hush"}});
  EXPECT_THAT(secret, HasSubstr("patchbay.yaml:6:20: providers.one.config.api_key: "));
  EXPECT_THAT(secret, Not(HasSubstr("hush")));
}

// The host never passes on a configuration without a base_url; if it did, an exception of a kind
// that the plugin does not expect would be caught at its barrier all the same.
TEST(CppLibcxxBarrier, HoldsBackExceptionsOfEveryKind) {
  patchbay::testing::FakeHost host;
  patchbay::testing::PluginModule module(plugins_folder() + "/cpp-libcxx/libcpp_libcxx.so", host);
  EXPECT_EQ(patchbay::testing::FakeProvider(module, "{}").status(), PBAY_E_PANIC);
  EXPECT_EQ(patchbay::testing::FakeProvider(module, "no JSON").status(), PBAY_E_PROTOCOL);
}

}  // namespace
}  // namespace patchbay::plugin_host
