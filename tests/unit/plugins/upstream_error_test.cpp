// The table of docs and design: status and words to category. The shapes of bodies are among the
// golden cases of tests/fixtures/openai.

#include "plugins/shared/upstream_error.hpp"

#include <gtest/gtest.h>

namespace patchbay::plugins {
namespace {

std::int32_t category(int status, std::string_view body) {
  return classify_answer(status, {}, body, 0).category;
}

TEST(UpstreamError, KnowsCategoriesByStatus) {
  const std::pair<int, std::int32_t> table[] = {{400, PBAY_ERR_BAD_REQUEST},
                                                {401, PBAY_ERR_AUTH},
                                                {402, PBAY_ERR_QUOTA},
                                                {403, PBAY_ERR_FORBIDDEN},
                                                {404, PBAY_ERR_NOT_FOUND},
                                                {405, PBAY_ERR_BAD_REQUEST},
                                                {408, PBAY_ERR_TIMEOUT},
                                                {409, PBAY_ERR_CONFLICT},
                                                {413, PBAY_ERR_TOO_LARGE},
                                                {422, PBAY_ERR_BAD_REQUEST},
                                                {429, PBAY_ERR_RATE_LIMIT},
                                                {500, PBAY_ERR_UPSTREAM},
                                                {502, PBAY_ERR_UPSTREAM},
                                                {503, PBAY_ERR_OVERLOADED},
                                                {504, PBAY_ERR_TIMEOUT},
                                                {524, PBAY_ERR_TIMEOUT},
                                                {529, PBAY_ERR_OVERLOADED},
                                                {599, PBAY_ERR_UPSTREAM},
                                                {302, PBAY_ERR_UPSTREAM}};
  for (const auto& [status, expected] : table)
    EXPECT_EQ(category(status, ""), expected) << status;
}

TEST(UpstreamError, TrustsWordsMoreThanAStatus) {
  EXPECT_EQ(category(400, R"({"error":{"message":"Incorrect API key provided"}})"), PBAY_ERR_AUTH);
  EXPECT_EQ(category(429, R"({"error":{"code":"insufficient_quota"}})"), PBAY_ERR_QUOTA);
  EXPECT_EQ(
      category(400, R"({"error":{"message":"prompt too long; exceeded max context length"}})"),
      PBAY_ERR_CONTEXT_LEN);
  EXPECT_EQ(
      category(400, R"({"error":{"type":"too_many_prompt_tokens","code":400,"message":"x"}})"),
      PBAY_ERR_CONTEXT_LEN);
  EXPECT_EQ(category(400, R"({"error":{"code":"content_policy_violation"}})"), PBAY_ERR_CONTENT);
  EXPECT_EQ(category(404, R"({"error":"model 'x' not found"})"), PBAY_ERR_MODEL_NOT_FOUND);
  EXPECT_EQ(category(404, R"({"error":"conversation not found"})"), PBAY_ERR_NOT_FOUND);
  EXPECT_EQ(category(500, R"({"error":{"message":"out of context length workers"}})"),
            PBAY_ERR_UPSTREAM);
}

TEST(UpstreamError, GivesTheTypeWhereTheCodeOnlyRepeatsTheStatus) {
  EXPECT_EQ(classify_answer(400, {}, R"({"error":{"code":400,"type":"t","message":"m"}})", 0).code,
            "t");
  EXPECT_EQ(classify_answer(400, {}, R"({"error":{"code":"c","type":"t","message":"m"}})", 0).code,
            "c");
  EXPECT_EQ(classify_answer(400, {}, R"({"error":{"code":1234,"message":"m"}})", 0).code, "1234");
}

TEST(UpstreamError, BoundsItsMessage) {
  std::string body;
  for (int i = 0; i < 2000; ++i)
    body += "\u00e9";
  const std::string message = classify_answer(500, {}, body, 0).message;
  EXPECT_LE(message.size(), 2000u);
  EXPECT_EQ(message.size() % 2, 0u) << "not in the middle of a character";
}

TEST(UpstreamError, SaysWhereAnotherTryMayHelp) {
  EXPECT_EQ(flags_of(PBAY_ERR_RATE_LIMIT), PBAY_ERRF_RETRY_SAME | PBAY_ERRF_FAILOVER);
  EXPECT_EQ(flags_of(PBAY_ERR_AUTH), std::uint32_t{PBAY_ERRF_FAILOVER});
  EXPECT_EQ(flags_of(PBAY_ERR_BAD_REQUEST), 0u);
  const pbay_kv yes{sdk::str("X-Should-Retry"), sdk::str("true")};
  EXPECT_EQ(classify_answer(409, {&yes, 1}, "", 0).flags, std::uint32_t{PBAY_ERRF_RETRY_SAME});
}

}  // namespace
}  // namespace patchbay::plugins
