// The example in C: plain text from an upstream, cut wherever the network likes.

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/foreign_plugins/exchange.hpp"

namespace patchbay::plugin_host {
namespace {

using ::testing::HasSubstr;

constexpr const char* kEnd = "ITEM_END 0.0\nFINISH 0 stop \"\"\n";

class CHello : public ::testing::Test {
 protected:
  CHello() : providers_({entry_with("c-hello", {{"url", "http://127.0.0.1:9/say?it"}})}) {}
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

TEST_F(CHello, SendsTheClientsBodyAsItIs) {
  Exchange exchange(providers_.instances.front(), "model-a");
  EXPECT_EQ(exchange.request(),
            "POST http://127.0.0.1:9/say?it\n"
            "content-type: application/json\n"
            "x-model: model-a\n\n" +
                exchange.client().body);
}

// Characters of one to four bytes, cut in three at every two places.
TEST_F(CHello, SaysTheSameForEveryCut) {
  const std::string body = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\nb\xF0\x9F\x98\x80";
  for (std::size_t first = 0; first <= body.size(); ++first) {
    for (std::size_t second = first; second <= body.size(); ++second) {
      const auto exchange = begin();
      ASSERT_EQ(exchange->answer({.body = body}, {first, second}), PBAY_OK);
      ASSERT_EQ(exchange->heard.text, body) << "cut at " << first << " and " << second;
      ASSERT_TRUE(exchange->heard.valid) << "cut at " << first << " and " << second;
      ASSERT_EQ(exchange->heard.events, kEnd);
    }
  }
}

TEST_F(CHello, DoesNotWaitForMoreThanACharacter) {
  const auto exchange = begin();
  ASSERT_EQ(exchange->answer_bytewise({.body = "Hi \xE2\x82\xAC!"}), PBAY_OK);
  EXPECT_EQ(exchange->heard.texts, 5U);
}

// What is no UTF-8 goes on as it came, for the host to replace. All of five bytes out of those that
// begin, continue, or cannot be a character.
TEST_F(CHello, LosesNothingOfWhatIsNoText) {
  constexpr std::array kBytes{'A', '\x9F', '\xC3', '\xE2', '\xF0', '\xFF'};
  constexpr std::size_t kCases = 6 * 6 * 6 * 6 * 6;
  for (std::size_t i = 0; i < kCases; ++i) {
    std::string body;
    for (std::size_t left = i, n = 0; n < 5; ++n, left /= kBytes.size())
      body += kBytes[left % kBytes.size()];
    body += "ok";
    const auto exchange = begin();
    ASSERT_EQ(exchange->answer_bytewise({.body = body}), PBAY_OK);
    ASSERT_EQ(exchange->heard.text, body) << i;
  }
}

TEST_F(CHello, RefusesATextThatEndsInACharacter) {
  const auto exchange = begin();
  EXPECT_EQ(exchange->answer({.body = "caf\xC3"}), PBAY_E_PROTOCOL);
  EXPECT_EQ(exchange->heard.text, "caf");
  EXPECT_EQ(exchange->heard.events, "");
  EXPECT_EQ(exchange->call().error().category, PBAY_ERR_UPSTREAM);
  EXPECT_THAT(exchange->call().error().message, HasSubstr("in the middle of a character"));
}

TEST_F(CHello, AnswersNothingWithNothing) {
  const auto exchange = begin();
  EXPECT_EQ(exchange->answer({}), PBAY_OK);
  EXPECT_EQ(exchange->heard.text, "");
  EXPECT_EQ(exchange->heard.events, kEnd);
}

TEST_F(CHello, TellsARefusalInTheHostsCategories) {
  const std::vector<std::pair<int, std::int32_t>> categories{{302, PBAY_ERR_UPSTREAM},
                                                             {400, PBAY_ERR_BAD_REQUEST},
                                                             {401, PBAY_ERR_AUTH},
                                                             {403, PBAY_ERR_FORBIDDEN},
                                                             {404, PBAY_ERR_NOT_FOUND},
                                                             {413, PBAY_ERR_TOO_LARGE},
                                                             {429, PBAY_ERR_RATE_LIMIT},
                                                             {500, PBAY_ERR_UPSTREAM},
                                                             {503, PBAY_ERR_OVERLOADED}};
  for (const auto& [status, category] : categories) {
    const auto exchange = begin();
    EXPECT_EQ(exchange->answer({status, "not now"}), PBAY_E_FAIL);
    EXPECT_EQ(exchange->call().error().category, category) << status;
    EXPECT_EQ(exchange->call().error().message, "not now");
    EXPECT_EQ(exchange->heard.text, "");
  }
  const auto silent = begin();
  EXPECT_EQ(silent->answer({500, ""}), PBAY_E_FAIL);
  EXPECT_EQ(silent->call().error().message, "the upstream refused, without a word");
}

TEST_F(CHello, CutsALongRefusalBetweenCharacters) {
  const auto exchange = begin();
  EXPECT_EQ(exchange->answer({500, std::string(999, 'x') + "\xE2\x82\xAC and so on"}), PBAY_E_FAIL);
  EXPECT_EQ(exchange->call().error().message, std::string(999, 'x'));
}

TEST_F(CHello, LeavesABrokenConnectionToTheHost) {
  const auto exchange = begin();
  const pbay_http_head head{sizeof head, 200, PBAY_FRAME_BYTES, 0, nullptr, 0};
  EXPECT_EQ(exchange->call().on_head(head), PBAY_OK);
  const pbay_http_end end{sizeof end, PBAY_E_TIMEOUT, {}, 0};
  EXPECT_EQ(exchange->call().on_end(end), PBAY_E_TIMEOUT);
  EXPECT_EQ(exchange->heard.events, "");
}

TEST_F(CHello, StopsWhenNobodyListens) {
  const auto exchange = begin();
  exchange->heard.answer = PBAY_E_CANCELLED;
  EXPECT_EQ(exchange->answer_bytewise({.body = "text"}), PBAY_E_CANCELLED);
  EXPECT_EQ(exchange->heard.text, "t");
}

TEST(CHelloSettings, AreRefusedAtTheirLine) {
  const auto problems = [](std::vector<std::pair<std::string, std::string>> config) {
    return Providers({entry_with("c-hello", std::move(config))}).problems;
  };
  EXPECT_EQ(problems({}),
            "patchbay.yaml:4:5: providers.one.config: missing required key \"url\"\n");
  EXPECT_THAT(problems({{"url", "ftp://127.0.0.1/"}}),
              HasSubstr("patchbay.yaml:5:20: providers.one.config.url: "));
  EXPECT_THAT(problems({{"url", "http://127.0.0.1/\""}}), HasSubstr("patchbay.yaml:5:20: "));
  EXPECT_THAT(problems({{"url", "http://127.0.0.1/\\"}}), HasSubstr("patchbay.yaml:5:20: "));
  EXPECT_THAT(problems({{"url", "http://127.0.0.1/"}, {"urls", "x"}}),
              HasSubstr("patchbay.yaml:6:7: providers.one.config: unknown key \"urls\""));
  // What no schema says the plugin says itself.
  EXPECT_EQ(
      problems({{"url", "http://127.0.0.1/#top"}}),
      "patchbay.yaml:5:20: providers.one.config.url: has a fragment (#), which is never sent: "
      "leave it out\n");
}

}  // namespace
}  // namespace patchbay::plugin_host
