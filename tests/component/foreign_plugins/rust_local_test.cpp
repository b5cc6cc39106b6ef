// The example in Rust: a provider that works on a thread of its own, and is cancelled wherever it
// is.

#include <algorithm>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/foreign_plugins/exchange.hpp"
#include "tests/support/fake_host.hpp"

namespace patchbay::plugin_host {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

std::size_t words_in(const std::string& text) {
  std::istringstream in(text);
  return static_cast<std::size_t>(std::distance(std::istream_iterator<std::string>(in), {}));
}

class RustLocal : public ::testing::Test {
 protected:
  void TearDown() override {
    worker_.stop();  // what is posted too late to matter would still hold the provider
    if (providers_ != nullptr) {
      EXPECT_EQ(providers_->log.misbehaviours(), 0U) << providers_->log.all();
    }
  }

  void provide(const std::string& words, const std::string& pause_ms) {
    providers_ = std::make_unique<Providers>(
        std::vector{entry_with("rust-local", {{"words", words}, {"pause_ms", pause_ms}})});
    ASSERT_EQ(providers_->problems, "");
  }

  // One call. What it hears is in `heard`, and it is the test's thread that works for it.
  struct Asked {
    Asked(RustLocal& test, std::string body) : worker(test.worker_) {
      client.body = std::move(body);
      client.value.body = {reinterpret_cast<const std::uint8_t*>(client.body.data()),
                           client.body.size()};
      client.value.model_value = {};
      call = *Call::create(
          test.providers_->instances.front(), client.value, heard, test.worker_.post());
    }

    bool run_to_end() {
      return worker.run_until([this] { return !heard.ends.empty(); });
    }

    TestWorker& worker;
    TestRequest client{"model-a"};
    Listener heard;
    std::unique_ptr<Call> call;
  };
  std::unique_ptr<Asked> ask(std::string body = "{}") {
    return std::make_unique<Asked>(*this, std::move(body));
  }

  std::size_t live_calls() { return providers_->instances.front()->live_calls(); }

  TestWorker worker_;  // goes after the thread that may post to it
  std::unique_ptr<Providers> providers_;
};

TEST_F(RustLocal, AnswersOnAThreadOfItsOwn) {
  provide("40", "0");
  const auto asked = ask();
  EXPECT_TRUE(asked->call->active());
  ASSERT_EQ(asked->call->start(), PBAY_OK);
  EXPECT_EQ(asked->heard.texts, 0U);
  ASSERT_TRUE(asked->run_to_end());
  EXPECT_THAT(asked->heard.ends, ElementsAre(PBAY_OK));
  const std::size_t words = words_in(asked->heard.text);
  EXPECT_GE(words, 20U);
  EXPECT_LE(words, 40U);
  EXPECT_EQ(asked->heard.texts, words);
  EXPECT_THAT(
      asked->heard.text,
      AnyOf(StartsWith("A "), StartsWith("Every "), StartsWith("When "), StartsWith("Nobody ")));
  EXPECT_THAT(asked->heard.events,
              MatchesRegex("META id=\"chain-[0-9a-f]+\" model=\"model-a\" fingerprint=\"\" "
                           "created=[1-9][0-9]+\n"
                           "ITEM_END 0.0\nFINISH 0 (stop|length) \"\"\nUSAGE input=0 output=" +
                           std::to_string(words) + "\n"));
}

TEST_F(RustLocal, SaysTheSameToTheSameRequest) {
  provide("40", "0");
  std::vector<std::string> texts;
  for (const char* body : {"one", "two", "one"}) {
    const auto asked = ask(body);
    ASSERT_EQ(asked->call->start(), PBAY_OK);
    ASSERT_TRUE(asked->run_to_end());
    texts.push_back(asked->heard.text);
  }
  EXPECT_EQ(texts[0], texts[2]);
  EXPECT_NE(texts[0], texts[1]);
}

TEST_F(RustLocal, StopsAtTheLimitOrAtTheEndOfASentence) {
  provide("2", "0");
  for (int i = 0; i < 20; ++i) {
    const auto asked = ask(std::to_string(i));
    ASSERT_EQ(asked->call->start(), PBAY_OK);
    ASSERT_TRUE(asked->run_to_end());
    EXPECT_EQ(words_in(asked->heard.text), 2U) << "no sentence of it has only one or two words";
    EXPECT_THAT(asked->heard.events, HasSubstr("FINISH 0 length"));
  }
}

TEST_F(RustLocal, WorksOnOneCallAfterTheOther) {
  provide("10", "0");
  std::vector<std::unique_ptr<Asked>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(ask(std::to_string(i)));
    ASSERT_EQ(calls.back()->call->start(), PBAY_OK);
  }
  for (const auto& asked : calls) {
    ASSERT_TRUE(asked->run_to_end());
    EXPECT_THAT(asked->heard.ends, ElementsAre(PBAY_OK));
  }
}

TEST_F(RustLocal, WaitsForAClientThatReadsSlowly) {
  provide("20000", "0");
  const auto asked = ask();
  asked->call->set_writable(false);
  ASSERT_EQ(asked->call->start(), PBAY_OK);
  ASSERT_TRUE(providers_->log.wait_for("waits for the client", 1));
  worker_.run_ready();
  EXPECT_EQ(asked->heard.texts, 0U);
  asked->call->set_writable(true);
  ASSERT_TRUE(asked->run_to_end());
  EXPECT_THAT(asked->heard.ends, ElementsAre(PBAY_OK));
  EXPECT_GE(words_in(asked->heard.text), 10000U);
}

TEST_F(RustLocal, IsLeftAloneByACallThatNeverStarts) {
  provide("10", "0");
  auto asked = ask();
  asked->call->cancel();
  asked->call.reset();
  EXPECT_EQ(live_calls(), 0U);
}

// A minute between two words: only a cancellation ends these calls.
TEST_F(RustLocal, EndsACallThatWaitsInTheQueueAtOnce) {
  provide("10", "60000");
  const auto running = ask();
  ASSERT_EQ(running->call->start(), PBAY_OK);
  ASSERT_TRUE(worker_.run_until([&] { return running->heard.texts == 1; }));
  const auto waiting = ask();
  ASSERT_EQ(waiting->call->start(), PBAY_OK);
  waiting->call->cancel();
  worker_.run_ready();
  EXPECT_THAT(waiting->heard.ends, ElementsAre(PBAY_E_CANCELLED));
  EXPECT_EQ(waiting->heard.events, "");
  EXPECT_TRUE(running->heard.ends.empty());
  running->call->cancel();
  ASSERT_TRUE(running->run_to_end());
  EXPECT_THAT(running->heard.ends, ElementsAre(PBAY_E_CANCELLED));

  // The thread is free for the next one, and skips the one that was cancelled in the queue.
  const auto next = ask();
  ASSERT_EQ(next->call->start(), PBAY_OK);
  ASSERT_TRUE(worker_.run_until([&] { return next->heard.texts == 1; }));
  next->call->cancel();
  ASSERT_TRUE(next->run_to_end());
  EXPECT_EQ(waiting->heard.ends.size(), 1U);
}

TEST_F(RustLocal, EndsACallThatIsHeldBack) {
  provide("20000", "0");
  const auto asked = ask();
  asked->call->set_writable(false);
  ASSERT_EQ(asked->call->start(), PBAY_OK);
  ASSERT_TRUE(providers_->log.wait_for("waits for the client", 1));
  asked->call->cancel();
  ASSERT_TRUE(asked->run_to_end());
  EXPECT_THAT(asked->heard.ends, ElementsAre(PBAY_E_CANCELLED));
  EXPECT_EQ(asked->heard.texts, 0U);
}

TEST_F(RustLocal, EndsOnceWhenItIsCancelledAfterTheEnd) {
  provide("3", "0");
  const auto asked = ask();
  ASSERT_EQ(asked->call->start(), PBAY_OK);
  ASSERT_TRUE(asked->run_to_end());
  asked->call->cancel();
  worker_.run_ready();
  EXPECT_THAT(asked->heard.ends, ElementsAre(PBAY_OK));
}

// The relay lets go without waiting: while it runs, while it waits, and while it is held back.
TEST_F(RustLocal, EndsWhenNobodyHoldsItAnyMore) {
  provide("10", "60000");
  auto running = ask();
  auto waiting = ask();
  ASSERT_EQ(running->call->start(), PBAY_OK);
  ASSERT_EQ(waiting->call->start(), PBAY_OK);
  ASSERT_TRUE(worker_.run_until([&] { return running->heard.texts == 1; }));
  waiting->call.reset();
  running->call.reset();
  EXPECT_TRUE(worker_.run_until([&] { return live_calls() == 0; }));
  EXPECT_TRUE(running->heard.ends.empty());
}

TEST_F(RustLocal, NeverEndsTwiceHoweverCloseTheTwoEndsAre) {
  provide("5", "0");
  for (int i = 0; i < 200; ++i) {
    const auto asked = ask(std::to_string(i));
    ASSERT_EQ(asked->call->start(), PBAY_OK);
    worker_.run_ready();
    asked->call->cancel();
    ASSERT_TRUE(asked->run_to_end());
    worker_.run_ready();
    EXPECT_THAT(asked->heard.ends, ElementsAre(AnyOf(PBAY_OK, PBAY_E_CANCELLED)));
  }
}

TEST_F(RustLocal, FillsTheDefaultsIn) {
  const Providers providers({entry_with("rust-local", {})});
  EXPECT_EQ(providers.problems, "");
  ASSERT_EQ(providers.instances.size(), 1U);
  ASSERT_EQ(providers.instances.front()->models().size(), 1U);
  EXPECT_EQ(providers.instances.front()->models().front().id, "chain-1");
}

TEST(RustLocalSettings, AreRefusedAtTheirLine) {
  const auto problems = [](std::vector<std::pair<std::string, std::string>> config) {
    return Providers({entry_with("rust-local", std::move(config))}).problems;
  };
  EXPECT_THAT(problems({{"words", "many"}}),
              HasSubstr("patchbay.yaml:5:20: providers.one.config.words: "));
  EXPECT_THAT(problems({{"pause_ms", "1"}, {"words", "0"}}),
              HasSubstr("patchbay.yaml:6:20: providers.one.config.words: "));
  EXPECT_EQ(problems({{"words", "601"}, {"pause_ms", "1000"}}),
            "patchbay.yaml:6:20: providers.one.config.pause_ms: at this pace an answer could take "
            "more than ten minutes\n");
  EXPECT_EQ(problems({{"words", "600"}, {"pause_ms", "1000"}}), "");
}

// The host never passes on a configuration without the defaults; if it did, the plugin would panic,
// and the panic would end where the plugin does.
TEST(RustLocalBarrier, HoldsBackPanics) {
  patchbay::testing::FakeHost host;
  patchbay::testing::PluginModule module(plugins_folder() + "/rust-local/librust_local.so", host);
  const patchbay::testing::FakeProvider provider(module, "{}");
  EXPECT_EQ(provider.status(), PBAY_E_PANIC);
  const auto logs = host.logs();
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs.front().level, PBAY_LOG_ERROR);
  EXPECT_THAT(logs.front().message, HasSubstr("the host fills defaults in"));
}

}  // namespace
}  // namespace patchbay::plugin_host
