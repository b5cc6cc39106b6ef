#include "core/chat/failure.hpp"

#include <gtest/gtest.h>

namespace patchbay::chat {
namespace {

Failure of(std::int32_t category, int status = 0) {
  Failure failure;
  failure.category = category;
  failure.status = status;
  return failure;
}

TEST(Failure, HasTheStatusOfItsCategory) {
  EXPECT_EQ(status_of(of(PBAY_ERR_BAD_REQUEST)), 400);
  EXPECT_EQ(status_of(of(PBAY_ERR_CONTEXT_LEN)), 400);
  EXPECT_EQ(status_of(of(PBAY_ERR_FORBIDDEN)), 403);
  EXPECT_EQ(status_of(of(PBAY_ERR_MODEL_NOT_FOUND)), 404);
  EXPECT_EQ(status_of(of(PBAY_ERR_CONFLICT)), 409);
  EXPECT_EQ(status_of(of(PBAY_ERR_TOO_LARGE)), 413);
  EXPECT_EQ(status_of(of(PBAY_ERR_RATE_LIMIT)), 429);
  EXPECT_EQ(status_of(of(PBAY_ERR_QUOTA)), 429);
  EXPECT_EQ(status_of(of(PBAY_ERR_INTERNAL)), 500);
  EXPECT_EQ(status_of(of(PBAY_ERR_UPSTREAM)), 502);
  EXPECT_EQ(status_of(of(PBAY_ERR_OVERLOADED)), 503);
  EXPECT_EQ(status_of(of(PBAY_ERR_TIMEOUT)), 504);
}

TEST(Failure, KeepsTheUpstreamsStatus) {
  EXPECT_EQ(status_of(of(PBAY_ERR_OVERLOADED, 529)), 529);
  EXPECT_EQ(status_of(of(PBAY_ERR_BAD_REQUEST, 422)), 422);
}

TEST(Failure, IgnoresAStatusThatIsNoError) {
  EXPECT_EQ(status_of(of(PBAY_ERR_UPSTREAM, 302)), 502);
  EXPECT_EQ(status_of(of(PBAY_ERR_UPSTREAM, 200)), 502);
}

TEST(Failure, NeverBlamesTheClientForOurKey) {
  Failure refused = of(PBAY_ERR_AUTH, 401);
  refused.code = "invalid_api_key";
  EXPECT_EQ(status_of(refused), 502);
  EXPECT_EQ(code_of(refused), "upstream_auth");
  EXPECT_EQ(type_of(refused), "server_error");
}

TEST(Failure, TakesACategoryOfALaterVersionAsInternal) {
  EXPECT_EQ(status_of(of(999)), 500);
}

TEST(Failure, PrefersTheCodeThatWasGiven) {
  Failure failure = of(PBAY_ERR_RATE_LIMIT);
  EXPECT_EQ(code_of(failure), "rate_limit_exceeded");
  failure.code = "tokens";
  EXPECT_EQ(code_of(failure), "tokens");
}

TEST(Failure, HasTheClassOfItsCategory) {
  using telemetry::ErrorClass;
  EXPECT_EQ(class_of(of(PBAY_ERR_RATE_LIMIT)), ErrorClass::kRateLimit);
  EXPECT_EQ(class_of(of(PBAY_ERR_AUTH, 401)), ErrorClass::kAuth);
  EXPECT_EQ(class_of(of(PBAY_ERR_UPSTREAM, 503)), ErrorClass::kUpstream);
  EXPECT_EQ(class_of(of(PBAY_ERR_CONTEXT_LEN, 413)), ErrorClass::kContextLength);
  EXPECT_EQ(class_of(of(999)), ErrorClass::kInternal);
}

TEST(Failure, HasTheClassOfItsStatusWhereTheCategorySaysLittle) {
  using telemetry::ErrorClass;
  EXPECT_EQ(class_of(of(PBAY_ERR_BAD_REQUEST)), ErrorClass::kBadRequest);
  EXPECT_EQ(class_of(of(PBAY_ERR_BAD_REQUEST, 422)), ErrorClass::kBadRequest);
  EXPECT_EQ(class_of(of(PBAY_ERR_BAD_REQUEST, 404)), ErrorClass::kNotFound);
  EXPECT_EQ(class_of(of(PBAY_ERR_BAD_REQUEST, 431)), ErrorClass::kTooLarge);
  EXPECT_EQ(class_of(of(PBAY_ERR_INTERNAL, 503)), ErrorClass::kOverloaded);
}

TEST(Failure, ClampsTheWait) {
  Failure failure = of(PBAY_ERR_RATE_LIMIT);
  EXPECT_EQ(clamped_retry_after_ms(failure), -1);
  failure.retry_after_ms = 0;
  EXPECT_EQ(clamped_retry_after_ms(failure), 1'000);
  failure.retry_after_ms = 3'600'000;
  EXPECT_EQ(clamped_retry_after_ms(failure), 60'000);
}

}  // namespace
}  // namespace patchbay::chat
