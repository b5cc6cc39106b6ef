// The stub as a fault injector, and its delays, back-pressure and cancellation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint32_t kStream = PBAY_REQ_STREAM | PBAY_REQ_SAME_DIALECT;
const std::string kBody = R"({"model":"any","messages":[{"role":"user","content":"Hi"}]})";

class StubFaults : public ::testing::Test {
 protected:
  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/stub/libpatchbay_stub.so", host_};
};

TEST_F(StubFaults, FailsBeforeTheFirstEvent) {
  FakeProvider provider(module_,
                        R"({"error":{"status":429,"message":"Slow","code":"rate_limit_exceeded",
                                              "type":"requests","retry_after_ms":1500}})");
  FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
  EXPECT_EQ(call.start(), PBAY_OK);
  EXPECT_EQ(call.transcript(), "");
  EXPECT_EQ(call.completions(), 1);
  EXPECT_EQ(call.completion(), PBAY_E_FAIL);
  const FakeError error = call.error();
  EXPECT_EQ(error.category, PBAY_ERR_RATE_LIMIT);
  EXPECT_EQ(error.http_status, 429);
  EXPECT_EQ(error.message, "Slow");
  EXPECT_EQ(error.code, "rate_limit_exceeded");
  EXPECT_EQ(error.retry_after_ms, 1500);
  EXPECT_EQ(
      error.upstream_body,
      R"({"error":{"message":"Slow","type":"requests","param":null,"code":"rate_limit_exceeded"}})");
}

TEST_F(StubFaults, FailsAfterSomePieces) {
  FakeProvider provider(module_, R"({"tokens":9,"error":{"status":503,"after_tokens":2}})");
  FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
  call.start();
  EXPECT_THAT(call.transcript(), EndsWith("TEXT 0.0 \"amber\"\nTEXT 0.0 \" harbor\"\n"));
  EXPECT_EQ(call.error().category, PBAY_ERR_OVERLOADED);
}

TEST_F(StubFaults, FailsAtTheEndWhenThereAreFewerPieces) {
  FakeProvider provider(module_, R"({"tokens":1,"error":{"after_tokens":5}})");
  FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
  call.start();
  EXPECT_EQ(call.completion(), PBAY_E_FAIL);
  EXPECT_THAT(call.transcript(), Not(HasSubstr("FINISH")));
}

TEST_F(StubFaults, BreaksOffWithoutAnEnd) {
  FakeProvider provider(module_, R"({"tokens":9,"break_off_after":1})");
  FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
  call.start();
  EXPECT_EQ(call.completion(), PBAY_E_PROTOCOL);
  EXPECT_THAT(call.transcript(), EndsWith("TEXT 0.0 \"amber\"\n"));
}

TEST_F(StubFaults, SendsMalformedBytesToClientsOfTheSameDialect) {
  FakeProvider provider(module_, R"({"tokens":2,"malformed":"{oops"})");
  FakeCall stream(provider, {.model = "m", .body = kBody, .flags = kStream});
  stream.start();
  EXPECT_THAT(stream.transcript(), HasSubstr("\"amber\"\nRAW \"{oops\"\nTEXT 0.0 \" harbor\""));
  EXPECT_EQ(stream.completion(), PBAY_OK);
  FakeCall whole(provider, {.model = "m", .body = kBody, .flags = PBAY_REQ_SAME_DIALECT});
  whole.start();
  EXPECT_EQ(whole.transcript(), "RAW \"{oops\"\n");
  FakeCall other(provider, {.model = "m", .body = kBody, .flags = PBAY_REQ_STREAM});
  other.start();
  EXPECT_EQ(other.completion(), PBAY_E_FAIL);
  EXPECT_THAT(other.transcript(), Not(HasSubstr("RAW")));
}

TEST_F(StubFaults, WaitsAndThenSaysTheSame) {
  FakeProvider slow(module_, R"({"reply":"a b c","first_delay_ms":1,"token_delay_ms":1})");
  FakeProvider fast(module_, R"({"reply":"a b c"})");
  FakeCall slowly(slow, {.model = "m", .body = kBody, .flags = kStream});
  EXPECT_EQ(slowly.start(), PBAY_OK);
  EXPECT_EQ(slowly.transcript(), "") << "nothing is said inside start() while it waits";
  slowly.run_until_complete();
  FakeCall quickly(fast, {.model = "m", .body = kBody, .flags = kStream});
  quickly.start();
  EXPECT_EQ(slowly.transcript(), quickly.transcript());
  EXPECT_EQ(slowly.completions(), 1);
}

TEST_F(StubFaults, KeepsTwoCallsApartThatWaitTogether) {
  FakeProvider one(module_, R"({"reply":"a b","token_delay_ms":1})");
  FakeProvider two(module_, R"({"reply":"c d","token_delay_ms":2})");
  FakeCall first(one, {.model = "m", .body = kBody, .flags = kStream});
  FakeCall second(two, {.model = "m", .body = kBody, .flags = kStream});
  first.start();
  second.start();
  first.run_until_complete();
  second.run_until_complete();
  EXPECT_THAT(first.transcript(), HasSubstr("\"a\"\nTEXT 0.0 \" b\""));
  EXPECT_THAT(second.transcript(), HasSubstr("\"c\"\nTEXT 0.0 \" d\""));
}

TEST_F(StubFaults, StopsWhenTheClientIsFullAndGoesOnAfterwards) {
  FakeProvider provider(module_, R"({"tokens":50})");
  FakeCall free(provider, {.model = "m", .body = kBody, .flags = kStream});
  free.start();
  FakeCall tight(provider, {.model = "m", .body = kBody, .flags = kStream});
  host_.room = 0;
  tight.start();
  EXPECT_EQ(tight.transcript(), "");
  int turns = 0;
  while (tight.completions() == 0 && ++turns < 100) {
    host_.room = 3;
    tight.writable();
  }
  EXPECT_EQ(tight.transcript(), free.transcript());
  EXPECT_GT(turns, 15);
}

TEST_F(StubFaults, DoesNotRunAheadOfItsDelayWhenTheClientIsWritable) {
  FakeProvider provider(module_, R"({"reply":"a","first_delay_ms":600000})");
  FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
  call.start();
  call.writable();
  EXPECT_EQ(call.transcript(), "");
}

TEST_F(StubFaults, CompletesOnceWhenCancelled) {
  FakeProvider provider(module_, R"({"tokens":5,"first_delay_ms":1})");
  FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
  call.start();
  call.cancel();
  EXPECT_EQ(call.completions(), 1);
  EXPECT_EQ(call.completion(), PBAY_E_CANCELLED);
  call.cancel();
  call.run_posted();
  EXPECT_EQ(call.completions(), 1);
  EXPECT_EQ(call.transcript(), "");
}

TEST_F(StubFaults, ForgetsACallThatIsGone) {
  FakeProvider provider(module_, R"({"tokens":5,"first_delay_ms":600000})");
  for (int i = 0; i < 50; ++i) {
    FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
    EXPECT_EQ(call.start(), PBAY_OK);
    call.cancel();
    EXPECT_EQ(call.completions(), 1);
    EXPECT_EQ(call.transcript(), "");
  }
  // The module's end joins the timer; waiting for one of its fifty wakes would be a time-out.
}

TEST_F(StubFaults, StartsAgainAfterItsEnd) {
  FakeHost second_host;
  {
    PluginModule again(PATCHBAY_TEST_PLUGINS "/stub/libpatchbay_stub.so", second_host);
    FakeProvider provider(again, R"({"token_delay_ms":1})");
    FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
    call.start();
    call.run_until_complete();
    EXPECT_EQ(call.completion(), PBAY_OK);
  }
  FakeProvider provider(module_, R"({"token_delay_ms":1})");
  FakeCall call(provider, {.model = "m", .body = kBody, .flags = kStream});
  call.start();
  call.run_until_complete();
  EXPECT_EQ(call.completion(), PBAY_OK);
}

}  // namespace
}  // namespace patchbay::testing
