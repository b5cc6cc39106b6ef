#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plugin_host/vocabulary.hpp"
#include "core/telemetry/activity.hpp"
#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

using testing::HasSubstr;

constexpr int kMisbehaviour = PBAY_LOG_MISBEHAVIOUR;

// A call on the echo plugin, whose frames are commands.
class EchoCall : public testing::Test {
 protected:
  std::unique_ptr<Call> open(TestRequest& request) {
    auto call = Call::create(provider_.instance, request.value, recorder_, worker_.post());
    EXPECT_TRUE(call) << (call ? "" : call.error().message);
    return call ? *std::move(call) : nullptr;
  }

  static pbay_status feed(Call& call, const std::vector<std::string>& commands) {
    std::vector<pbay_frame> frames;
    for (const std::string& command : commands) {
      frames.push_back(
          {{reinterpret_cast<const std::uint8_t*>(command.data()), command.size()}, {}, {}});
    }
    return call.on_frames(frames.data(), frames.size());
  }

  TestWorker worker_;
  Recorder recorder_;
  OneProvider provider_{"echo"};
};

TEST_F(EchoCall, TellsWhatTheProviderIs) {
  const Instance& instance = *provider_.instance;
  EXPECT_EQ(instance.name(), "one");
  EXPECT_EQ(instance.type(), "echo");
  EXPECT_EQ(instance.plugin_id(), "test.echo");
  EXPECT_EQ(instance.plugin_version(), "1.0.0");
  EXPECT_EQ(instance.generation(), 1U);
  EXPECT_TRUE(instance.offers(PBAY_MODE_CHAT, "openai.chat/1"));
  EXPECT_FALSE(instance.offers(PBAY_MODE_CHAT, "openai.chat/2"));
  EXPECT_FALSE(instance.offers(PBAY_MODE_IMAGE, "openai.chat/1"));
  EXPECT_EQ(instance.client_headers(), (std::vector<std::string>{"x-title", "openai-beta"}));
  ASSERT_EQ(instance.models().size(), 1U);
  EXPECT_EQ(instance.models()[0].id, "echo-1");
  EXPECT_EQ(instance.models()[0].owner, "tests");
  EXPECT_EQ(instance.models()[0].created, 1'700'000'000);
}

TEST_F(EchoCall, RunsFromRequestToEnd) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_FALSE(call->active());
  EXPECT_EQ(provider_.instance->live_calls(), 1U);
  pbay_http_request http{};
  ASSERT_EQ(call->build_request(http), PBAY_OK);
  EXPECT_EQ(text_of(http.method), "POST");
  EXPECT_EQ(text_of(http.url), "http://127.0.0.1/v1/echo");
  std::string body;
  for (std::size_t i = 0; i < http.body_count; ++i)
    body += text_of(http.body[i].bytes);
  EXPECT_EQ(body, R"({"model":"up","messages":[]})");
  EXPECT_EQ(call->on_head({sizeof(pbay_http_head), 200, PBAY_FRAME_NDJSON, 0, nullptr, 0}),
            PBAY_OK);
  EXPECT_EQ(feed(*call, {"say:Hel", "say:lo"}), PBAY_OK);
  EXPECT_EQ(feed(*call, {"say:!", "stop"}), PBAY_S_STOP);
  EXPECT_EQ(call->on_end({sizeof(pbay_http_end), PBAY_OK, {}, 0}), PBAY_OK);
  EXPECT_EQ(recorder_.text, "Hello!");
  call.reset();
  EXPECT_EQ(provider_.instance->live_calls(), 0U);
  EXPECT_EQ(provider_.log.count("call destroyed"), 1U);
  EXPECT_EQ(provider_.log.misbehaviours(), 0U) << provider_.log.all();
}

TEST_F(EchoCall, GivesThePluginsOwnErrorBack) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(call->error().message, "");
  EXPECT_EQ(feed(*call, {"fail:too many requests"}), PBAY_E_FAIL);
  const CallError& error = call->error();
  EXPECT_EQ(error.message, "too many requests");
  EXPECT_EQ(error.category, PBAY_ERR_RATE_LIMIT);
  EXPECT_EQ(error.flags, std::uint32_t{PBAY_ERRF_RETRY_SAME});
  EXPECT_EQ(error.retry_after_ms, 1500);
}

TEST_F(EchoCall, ReportsARefusedCallWithItsReason) {
  TestRequest request("refuse-call");
  CallError failure;
  auto call = Call::create(provider_.instance, request.value, recorder_, worker_.post(), &failure);
  ASSERT_FALSE(call);
  EXPECT_EQ(call.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(call.error().message, "no more calls today");
  EXPECT_EQ(failure.param, "model");
  EXPECT_EQ(provider_.instance->live_calls(), 0U);
}

TEST_F(EchoCall, ShowsWhichFunctionRuns) {
  telemetry::Activity activity;
  telemetry::Activity::here = &activity;
  telemetry::Activity::Seen seen;
  recorder_.on_each = [&] { seen = activity.look(); };
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(feed(*call, {"say:a"}), PBAY_OK);
  telemetry::Activity::here = nullptr;
  EXPECT_STREQ(seen.plugin, "test.echo");
  EXPECT_STREQ(seen.function, "on_frames");
  EXPECT_EQ(activity.look().plugin, nullptr);
}

TEST_F(EchoCall, PassesTheObserversRefusalOn) {
  TestRequest request("model-a");
  auto call = open(request);
  recorder_.answer = PBAY_E_CANCELLED;
  EXPECT_EQ(feed(*call, {"say:a", "say:b"}), PBAY_E_CANCELLED);
  EXPECT_EQ(recorder_.text, "a");
}

TEST_F(EchoCall, AllowsPassThroughToTheSameDialectOnly) {
  const pbay_http_head head{sizeof head, 200, PBAY_FRAME_SSE, 0, nullptr, 0};
  TestRequest same("pass", PBAY_REQ_SAME_DIALECT);
  EXPECT_EQ(open(same)->on_head(head), PBAY_S_PASSTHROUGH);
  TestRequest other("pass");
  EXPECT_EQ(open(other)->on_head(head), PBAY_E_FAIL);
  EXPECT_EQ(provider_.log.count("PASSTHROUGH", kMisbehaviour), 1U);
}

TEST_F(EchoCall, AllowsRawEventsToTheSameDialectOnly) {
  TestRequest same("model-a", PBAY_REQ_SAME_DIALECT);
  EXPECT_EQ(feed(*open(same), {"raw:{}"}), PBAY_OK);
  EXPECT_EQ(recorder_.raw, "{}");
  TestRequest other("model-a");
  EXPECT_EQ(feed(*open(other), {"raw:{}"}), PBAY_E_INVALID);
  EXPECT_EQ(recorder_.raw, "{}");
}

TEST_F(EchoCall, SkipsEventsItDoesNotKnowUnlessItMust) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(feed(*call, {"unknown", "say:on"}), PBAY_OK);
  EXPECT_EQ(recorder_.text, "on");
  EXPECT_EQ(feed(*call, {"must"}), PBAY_E_UNSUPPORTED);
  EXPECT_THAT(call->error().message, HasSubstr("event 99"));
}

TEST_F(EchoCall, RefusesMalformedEvents) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(feed(*call, {"short"}), PBAY_E_INVALID);
  EXPECT_EQ(feed(*call, {"nowhere"}), PBAY_E_INVALID);
  EXPECT_EQ(recorder_.events, 0U);
  EXPECT_EQ(provider_.log.count("malformed event", kMisbehaviour), 1U) << "rate-limited";
}

TEST_F(EchoCall, RefusesASinkOutsideTheCallbackThatGotIt) {
  TestRequest first("model-a");
  TestRequest second("use-kept-sink");
  auto call = open(first);
  ASSERT_EQ(feed(*call, {"keep-sink"}), PBAY_OK);
  call.reset();
  call = open(second);
  pbay_http_request http{};
  ASSERT_EQ(call->build_request(http), PBAY_OK);
  EXPECT_EQ(text_of(http.url), "http://127.0.0.1/refused");
  EXPECT_EQ(recorder_.events, 0U);
  EXPECT_EQ(provider_.log.count("used a sink outside", kMisbehaviour), 1U);
}

TEST_F(EchoCall, RefusesStatusesThatMakeNoSense) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(feed(*call, {"odd-status"}), PBAY_E_FAIL);
  EXPECT_EQ(provider_.log.count("on_frames(): 7", kMisbehaviour), 1U);
}

TEST_F(EchoCall, RefusesRequestsThatCannotBeSent) {
  for (const char* model : {"no-url", "no-such-part"}) {
    TestRequest request(model);
    pbay_http_request http{};
    EXPECT_EQ(open(request)->build_request(http), PBAY_E_FAIL) << model;
  }
}

TEST_F(EchoCall, MayAskForAnotherRequestAtTheEnd) {
  TestRequest request("again");
  EXPECT_EQ(open(request)->on_end({sizeof(pbay_http_end), PBAY_OK, {}, 0}), PBAY_S_NEXT_REQUEST);
}

TEST_F(EchoCall, AllocatesUpToOneMebibyteACall) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(feed(*call, {"alloc:1", "alloc:500", "alloc:500", "alloc:500", "alloc:1"}), PBAY_OK);
  EXPECT_EQ(recorder_.text, "allocatedallocatedallocatedfullallocated");
}

TEST_F(EchoCall, LogsFunctionsThatTakeTooLong) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(feed(*call, {"spin"}), PBAY_OK);
  EXPECT_EQ(provider_.log.count("on_frames(): ", kMisbehaviour), 1U);
}

TEST_F(EchoCall, LogsWithFieldsAndByLevel) {
  TestRequest request("model-a");
  auto call = open(request);
  EXPECT_EQ(feed(*call, {"log:upstream is slow"}), PBAY_OK);
  EXPECT_EQ(provider_.log.count("test.echo: upstream is slow attempt=3"), 1U);
}

// The observer may end the call in the middle of an event; the plugin's side ends after its
// function.
TEST_F(EchoCall, SurvivesItsEndInTheMiddleOfAnEvent) {
  TestRequest request("model-a");
  auto call = open(request);
  recorder_.on_each = [&] { call.reset(); };
  Call& doomed = *call;
  EXPECT_EQ(feed(doomed, {"say:a", "say:b"}), PBAY_E_CANCELLED);
  EXPECT_EQ(recorder_.text, "a");
  EXPECT_EQ(provider_.log.count("call destroyed"), 1U);
  EXPECT_EQ(provider_.instance->live_calls(), 0U);
}

TEST_F(EchoCall, KeepsManyCallsApart) {
  std::vector<std::unique_ptr<TestRequest>> requests;
  std::vector<std::unique_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 600; ++i) {
    requests.push_back(std::make_unique<TestRequest>("model-a"));
    recorders.push_back(std::make_unique<Recorder>());
    calls.push_back(*Call::create(
        provider_.instance, requests.back()->value, *recorders.back(), worker_.post()));
  }
  for (std::size_t i = 0; i < calls.size(); ++i)
    feed(*calls[i], {"say:" + std::to_string(i)});
  for (std::size_t i = 0; i < calls.size(); ++i)
    EXPECT_EQ(recorders[i]->text, std::to_string(i));
}

TEST(ThrowingPlugin, IsCaughtAtTheBoundary) {
  OneProvider provider("thrower");
  TestWorker worker;
  Recorder recorder;
  TestRequest request("model-a");
  auto call = Call::create(provider.instance, request.value, recorder, worker.post());
  ASSERT_TRUE(call);
  pbay_http_request http{};
  EXPECT_EQ((*call)->build_request(http), PBAY_E_PANIC);
  const pbay_frame frame{};
  EXPECT_EQ((*call)->on_frames(&frame, 1), PBAY_E_PANIC);
  call = make_error(ErrorCode::kCancelled, "let go");
  EXPECT_EQ(provider.log.count("an exception left", kMisbehaviour), 1U) << "rate-limited";
}

}  // namespace
}  // namespace patchbay::plugin_host
