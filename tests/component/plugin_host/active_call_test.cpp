#include "core/plugin_host/active_call.hpp"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Calls on the ticker plugin, which does its work on threads of its own.
class TickerCall : public testing::Test {
 protected:
  std::unique_ptr<Call> open(const std::string& model) {
    requests_.push_back(std::make_unique<TestRequest>(model));
    auto call =
        Call::create(provider_.instance, requests_.back()->value, recorder_, worker_.post());
    EXPECT_TRUE(call);
    return call ? *std::move(call) : nullptr;
  }

  bool run_to_end() {
    return worker_.run_until([this] { return !recorder_.ends.empty(); });
  }

  std::vector<std::unique_ptr<TestRequest>> requests_;
  TestWorker worker_;
  Recorder recorder_;
  OneProvider provider_{"ticker"};
};

TEST_F(TickerCall, DeliversEventsInOrderAndThenTheEnd) {
  auto call = open("count:1000");
  EXPECT_TRUE(call->active());
  pbay_http_request http{};
  EXPECT_EQ(call->build_request(http), PBAY_E_UNSUPPORTED);
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(run_to_end());
  std::string expected;
  for (int i = 0; i < 1000; ++i)
    expected += "tok" + std::to_string(i) + " ";
  EXPECT_EQ(recorder_.text, expected);
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_OK));
  call.reset();
  EXPECT_EQ(provider_.log.count("call destroyed"), 1U);
  EXPECT_EQ(provider_.log.misbehaviours(), 0U) << provider_.log.all();
}

TEST_F(TickerCall, MayEmitAndEndInsideStart) {
  auto call = open("inline");
  ASSERT_EQ(call->start(), PBAY_OK);
  EXPECT_EQ(recorder_.events, 0U) << "events come on the worker's next turn";
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text, "tok0 tok1 tok2 ");
}

TEST_F(TickerCall, ReportsAFailedStartAndNoEnd) {
  auto call = open("no such manner");
  EXPECT_EQ(call->start(), PBAY_E_INVALID);
  call.reset();
  worker_.run_ready();
  EXPECT_TRUE(recorder_.ends.empty());
  EXPECT_EQ(provider_.instance->live_calls(), 0U);
}

TEST_F(TickerCall, BlocksAThreadThatIsTooFastUntilThereIsRoom) {
  auto call = open("flood:2000");
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text.size(), 2000U * 1024);
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_OK));
}

// What one of the flood's events occupies in the queue.
constexpr std::size_t kFloodBytes = 1024 + sizeof(pbay_ev_text);

TEST_F(TickerCall, HoldsBackSoonerWhileTheClientDoesNotRead) {
  auto call = open("flood-when-writable:2000");
  call->set_writable(false);
  ASSERT_EQ(call->start(), PBAY_OK);
  worker_.run_ready();
  EXPECT_EQ(recorder_.events, 0U) << "nothing is delivered while the client does not read";
  call->set_writable(true);
  worker_.run_ready();
  const std::size_t unread = ActiveCall::kMaxBytesUnread / kFloodBytes;
  EXPECT_EQ(recorder_.events, unread);
  // With room again, the plugin went on at once, up to the wider bound.
  worker_.run_ready();
  EXPECT_EQ(recorder_.events, unread + ActiveCall::kMaxBytes / kFloodBytes);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text.size(), 2000U * 1024);
}

TEST_F(TickerCall, BoundsTheNumberOfEventsToo) {
  auto call = open("tiny-when-writable:10000");
  ASSERT_EQ(call->start(), PBAY_OK);
  worker_.run_ready();
  EXPECT_EQ(recorder_.events, ActiveCall::kMaxEvents);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text.size(), 10000U);
}

TEST_F(TickerCall, StopsInTheMiddleWhenTheClientStopsReading) {
  auto call = open("flood:100");
  recorder_.on_each = [&] {
    if (recorder_.events == 10) call->set_writable(false);
  };
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(worker_.run_until([this] { return recorder_.events == 10; }));
  worker_.run_ready();
  worker_.run_ready();
  EXPECT_EQ(recorder_.events, 10U);
  recorder_.on_each = nullptr;
  call->set_writable(true);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.events, 100U);
}

TEST_F(TickerCall, MakesAThreadWaitWhileTheClientDoesNotRead) {
  auto call = open("flood:2000");
  call->set_writable(false);
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(provider_.log.wait_for("flood waits", 1));
  call->set_writable(true);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text.size(), 2000U * 1024);
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_OK));
}

TEST_F(TickerCall, IsToldOfItsCancellationOnce) {
  auto call = open("hold");
  ASSERT_EQ(call->start(), PBAY_OK);
  call->cancel();
  call->cancel();
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_E_CANCELLED));
  EXPECT_EQ(call->error().message, "heard of it");
  EXPECT_EQ(recorder_.events, 0U);
}

TEST_F(TickerCall, CancelsWhenTheObserverRefuses) {
  auto call = open("flood:2000");
  recorder_.answer = PBAY_E_CANCELLED;
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.events, 1U);
}

// The relay lets go at once; the plugin's side lives until the plugin says that it is done.
TEST_F(TickerCall, OutlivesItsOwnerUntilComplete) {
  auto call = open("linger");
  ASSERT_EQ(call->start(), PBAY_OK);
  call.reset();
  EXPECT_EQ(provider_.instance->live_calls(), 1U);
  EXPECT_EQ(provider_.log.count("call destroyed"), 0U);
  call = open("release");
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(worker_.run_until([this] { return provider_.log.count("call destroyed") == 1; }));
  EXPECT_EQ(provider_.instance->live_calls(), 1U) << "the one that released it";
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text, "");
}

TEST_F(TickerCall, EndsEvenIfItsWorkerStops) {
  auto call = open("linger");
  ASSERT_EQ(call->start(), PBAY_OK);
  call.reset();
  call = open("release");
  ASSERT_EQ(call->start(), PBAY_OK);
  call.reset();
  // Each of the two posts at most once; a worker that stops runs neither.
  worker_.stop();
  EXPECT_TRUE(provider_.log.wait_for("call destroyed", 2));
}

TEST_F(TickerCall, TakesNothingAfterTheEnd) {
  auto call = open("twice");
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(run_to_end());
  call.reset();
  provider_.instance.reset();
  provider_.catalog.settle();  // joins the plugin's threads
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_OK));
  EXPECT_EQ(recorder_.text, "");
}

TEST_F(TickerCall, FailsOnAnEventThatItMustUnderstand) {
  auto call = open("must");
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text, "before ");
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_E_UNSUPPORTED));
  EXPECT_THAT(call->error().message, HasSubstr("event 99"));
}

TEST_F(TickerCall, RunsPostedFunctionsOnTheWorker) {
  auto call = open("post");
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(recorder_.text, "from the worker");
}

TEST_F(TickerCall, RefusesToBlockTheWorker) {
  auto call = open("wait-in-call");
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(run_to_end());
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_E_INVALID));
  EXPECT_EQ(provider_.log.count("wait_writable()", PBAY_LOG_MISBEHAVIOUR), 1U);
}

TEST_F(TickerCall, MayBeLetGoOfWhileAnEventIsDelivered) {
  auto call = open("flood:2000");
  recorder_.on_each = [&] { call.reset(); };
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(worker_.run_until([this] { return provider_.instance->live_calls() == 0; }));
  EXPECT_EQ(recorder_.events, 1U);
  EXPECT_TRUE(recorder_.ends.empty());
}

}  // namespace
}  // namespace patchbay::plugin_host
