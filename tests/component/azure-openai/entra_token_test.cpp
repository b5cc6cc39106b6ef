// The azure-openai plugin's side of the credentials extension: what is asked of Entra ID, what is
// made of its answers, and what calls send.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/azure-openai/libpatchbay_azure-openai.so";
constexpr const char* kConfig =
    R"({"endpoint":"https://a.example","entra":{"tenant_id":"my tenant","client_id":"app",)"
    R"("client_secret":"s3cret/+&value","authority":"https://login.example/"}})";
constexpr const char* kToken = R"({"token_type":"Bearer","expires_in":3599,)"
                               R"("ext_expires_in":3599,"access_token":"eyJ0.token-1.sig"})";

std::string text(pbay_str view) {
  return {view.ptr, view.len};
}

class EntraToken : public ::testing::Test {
 protected:
  const pbay_provider_credentials* table(FakeProvider& provider) {
    return static_cast<const pbay_provider_credentials*>(
        module_.vtbl().get_extension(provider.raw(), PBAY_EXT_PROVIDER_CREDENTIALS));
  }
  // Gives an answer of the token endpoint to the plugin.
  pbay_status answer(int status, std::string_view body, const Headers& headers = {}) {
    std::vector<pbay_kv> views;
    for (const auto& [name, value] : headers) {
      views.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
    pbay_http_head head{};
    head.size = sizeof head;
    head.status = status;
    head.headers = views.data();
    head.header_count = views.size();
    valid_for_ns_ = 0;
    return table(provider_)->on_response(
        provider_.raw(),
        &head,
        {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()},
        &valid_for_ns_);
  }
  BuiltRequest build() {
    FakeCall call(provider_, {.model = "m", .body = "{}", .flags = PBAY_REQ_SAME_DIALECT});
    return call.build();
  }
  std::string refusal(std::string_view config) {
    FakeProvider provider(module_, config);
    return host_.setup_error().param + ": " + host_.setup_error().message;
  }

  FakeHost host_;
  PluginModule module_{kLibrary, host_};
  FakeProvider provider_{module_, kConfig};
  std::uint64_t valid_for_ns_ = 0;
};

TEST_F(EntraToken, IsOfferedWhereItIsConfigured) {
  ASSERT_NE(table(provider_), nullptr);
  EXPECT_GE(table(provider_)->size, sizeof(pbay_provider_credentials));
  FakeProvider with_key(module_, R"({"endpoint":"https://a.example","api_key":"k"})");
  EXPECT_EQ(table(with_key), nullptr);
  // As it comes out of an environment without these variables.
  FakeProvider with_nothing(
      module_,
      R"({"endpoint":"https://a.example","entra":{"tenant_id":"","client_id":"",)"
      R"("client_secret":"","scope":"s","authority":"https://login.example"}})");
  EXPECT_EQ(with_nothing.status(), PBAY_OK);
  EXPECT_EQ(table(with_nothing), nullptr);
}

TEST_F(EntraToken, AsksByClientCredentials) {
  pbay_http_request request{};
  request.size = sizeof request;
  ASSERT_EQ(table(provider_)->build_request(provider_.raw(), &request), PBAY_OK);
  EXPECT_EQ(text(request.method), "POST");
  EXPECT_EQ(text(request.url), "https://login.example/my%20tenant/oauth2/v2.0/token");
  std::string headers;
  for (std::size_t i = 0; i < request.header_count; ++i) {
    headers += text(request.headers[i].key) + ": " + text(request.headers[i].value) + "\n";
  }
  EXPECT_EQ(headers,
            "content-type: application/x-www-form-urlencoded\naccept: application/json\n"
            "user-agent: patchbay/9.9.9\n");
  ASSERT_EQ(request.body_count, 1u);
  EXPECT_EQ(request.body[0].source, PBAY_PIECE_BYTES);
  EXPECT_EQ(
      text({reinterpret_cast<const char*>(request.body[0].bytes.ptr), request.body[0].bytes.len}),
      "grant_type=client_credentials&client_id=app&client_secret=s3cret%2F%2B%26value"
      "&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default");
}

TEST_F(EntraToken, IsSentByTheCallsThatFollow) {
  EXPECT_EQ(build().header("authorization"), "(none)");
  ASSERT_EQ(answer(200, kToken), PBAY_OK);
  EXPECT_EQ(valid_for_ns_, 3'599'000'000'000u);
  EXPECT_EQ(build().header("authorization"), "Bearer eyJ0.token-1.sig");
  EXPECT_EQ(build().header("api-key"), "(none)");
  ASSERT_EQ(answer(200, R"({"access_token":"eyJ0.token-2","expires_in":"60"})"), PBAY_OK);
  EXPECT_EQ(valid_for_ns_, 60'000'000'000u);
  EXPECT_EQ(build().header("authorization"), "Bearer eyJ0.token-2");
}

TEST_F(EntraToken, StaysWhenAnExchangeFails) {
  ASSERT_EQ(answer(200, kToken), PBAY_OK);
  EXPECT_LT(answer(503, "busy"), 0);
  EXPECT_EQ(build().header("authorization"), "Bearer eyJ0.token-1.sig");
}

TEST_F(EntraToken, TellsWhyThereIsNoneWithoutTheSecret) {
  EXPECT_LT(
      answer(401,
             R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client )"
             R"(secret s3cret/+&value provided. Trace ID: 1 Correlation ID: 2","error_codes":[7]})",
             {{"content-type", "application/json"}}),
      0);
  const FakeError error = host_.setup_error();
  EXPECT_EQ(error.category, PBAY_ERR_AUTH);
  EXPECT_EQ(error.message, "invalid_client: AADSTS7000215: Invalid client secret *** provided.");
  EXPECT_EQ(error.upstream_body, "");

  EXPECT_LT(answer(400, R"({"error":"unauthorized_client"})"), 0);
  EXPECT_EQ(host_.setup_error().category, PBAY_ERR_AUTH);
  EXPECT_LT(answer(429, R"({"error":"temporarily_unavailable"})", {{"Retry-After", "9"}}), 0);
  EXPECT_EQ(host_.setup_error().category, PBAY_ERR_RATE_LIMIT);
  EXPECT_EQ(host_.setup_error().retry_after_ms, 9000);
  EXPECT_LT(answer(503, "<html><title>Down</title></html>"), 0);
  EXPECT_EQ(host_.setup_error().category, PBAY_ERR_OVERLOADED);
  EXPECT_THAT(host_.setup_error().message, HasSubstr("Down"));
}

TEST_F(EntraToken, RefusesAnswersThatAreNone) {
  for (const char* body : {"",
                           "[]",
                           "{}",
                           R"({"access_token":"","expires_in":9})",
                           R"({"access_token":"a\r\nx: y","expires_in":9})",
                           R"({"access_token":"a"})",
                           R"({"access_token":"a","expires_in":-1})",
                           R"({"access_token":"a","expires_in":"soon"})"}) {
    EXPECT_LT(answer(200, body), 0) << body;
    EXPECT_EQ(host_.setup_error().category, PBAY_ERR_UPSTREAM) << body;
  }
  EXPECT_EQ(build().header("authorization"), "(none)");
}

TEST_F(EntraToken, IsRenewedAfterA401AndNeverRepeated) {
  ASSERT_EQ(answer(200, kToken), PBAY_OK);
  FakeCall call(provider_, {.model = "m", .body = "{}", .flags = PBAY_REQ_SAME_DIALECT});
  call.build();
  EXPECT_EQ(call.head(401, {{"content-type", "application/json"}}, PBAY_FRAME_WHOLE), PBAY_OK);
  EXPECT_LT(call.frames({{R"({"error":{"code":"401","message":"eyJ0.token-1.sig expired"}})", ""}}),
            0);
  EXPECT_EQ(call.error().category, PBAY_ERR_AUTH);
  EXPECT_NE(call.error().flags & PBAY_ERRF_REFRESH_AUTH, 0u);
  EXPECT_EQ(call.error().message, "*** expired");
  EXPECT_THAT(call.error().upstream_body, Not(HasSubstr("token-1")));
  for (const LogLine& line : host_.logs())
    EXPECT_THAT(line.message, Not(HasSubstr("token-1")));
}

TEST_F(EntraToken, AKeyThatIsRefusedIsNotRenewed) {
  FakeProvider with_key(module_, R"({"endpoint":"https://a.example","api_key":"k"})");
  FakeCall call(with_key, {.model = "m", .body = "{}", .flags = PBAY_REQ_SAME_DIALECT});
  call.build();
  EXPECT_EQ(call.head(401, {}, PBAY_FRAME_WHOLE), PBAY_OK);
  EXPECT_LT(call.end(), 0);
  EXPECT_EQ(call.error().flags & PBAY_ERRF_REFRESH_AUTH, 0u);
}

TEST_F(EntraToken, RefusesHalfAConfiguration) {
  EXPECT_EQ(refusal(R"({"endpoint":"https://a.example","entra":{"client_id":"a"}})"),
            "/entra: tenant_id is missing");
  EXPECT_EQ(refusal(R"({"endpoint":"https://a.example","entra":{"tenant_id":"a",
                        "client_secret":"b"}})"),
            "/entra: client_id is missing");
  EXPECT_EQ(
      refusal(R"({"endpoint":"https://a.example","entra":{"tenant_id":"a","client_id":"b"}})"),
      "/entra: client_secret is missing");
  const char* both = R"({"endpoint":"https://a.example","api_key":"k","entra":{"tenant_id":"a",
                         "client_id":"b","client_secret":"c"}})";
  EXPECT_EQ(refusal(both), "/entra: there is an api_key as well: leave one of them out");
  EXPECT_EQ(refusal(R"({"endpoint":"https://a.example","entra":{"tenant_id":"a","client_id":"b",
                        "client_secret":"c","authority":"login.example"}})"),
            "/entra/authority: it must be an http:// or https:// URL without a query");
}

}  // namespace
}  // namespace patchbay::testing
