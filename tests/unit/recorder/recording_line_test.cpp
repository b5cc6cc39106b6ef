// What of an exchange is written down, and what is not.

#include "core/relay/recording_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json/value.hpp"
#include "core/relay/recorder.hpp"

namespace patchbay::relay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

RecordedExchange exchange() {
  RecordedExchange made;
  made.id = "id-1";
  made.provider_type = "some-type";
  made.provider = "main";
  made.request_id = "req-1";
  made.model = "m-1";
  made.began_unix_ms = 1'700'000'000'000;
  made.first_byte_ms = 12;
  made.took_ms = 34;
  made.method = "POST";
  made.url = "https://api.example/v1/chat/completions";
  made.request_headers.add("Content-Type", "application/json");
  made.request_body.append(R"({"model":)");
  made.request_body.append(R"("m-1"})");
  made.status = 200;
  made.response_headers.add("content-type", "application/json");
  made.response_body.append("{}");
  made.complete = true;
  return made;
}

json::Value parsed(const std::string& line) {
  auto value = json::parse(line);
  EXPECT_TRUE(value) << line;
  return std::move(*value);
}

TEST(RecordingLine, HasTheFormatOfTheRecordings) {
  EXPECT_EQ(recording_line(exchange(), {}),
            R"({"meta":{"id":"id-1","provider":"some-type","name":"main",)"
            R"("endpoint":"chat/completions","stream":false,"status":200,"model":"m-1",)"
            R"("feats":[],"recorded_at":"2023-11-14T22:13:20Z","request_id":"req-1",)"
            R"("first_byte_ms":12,"took_ms":34,"complete":true},)"
            R"("request":{"method":"POST","url":"https://api.example/v1/chat/completions",)"
            R"("headers":[["Content-Type","application/json"]],)"
            R"("body":{"text":"{\"model\":\"m-1\"}"}},)"
            R"("response":{"status":200,"headers":[["content-type","application/json"]],)"
            R"("body":{"text":"{}"}}})");
}

TEST(RecordingLine, WritesBytesThatAreNoTextAsBase64) {
  RecordedExchange made = exchange();
  made.response_body = {};
  made.response_body.append("\xFF\x01\x02");
  EXPECT_THAT(recording_line(made, {}), HasSubstr(R"("body":{"base64":"/wEC"})"));
}

TEST(RecordingLine, LeavesOutABodyThatIsTooLarge) {
  RecordedExchange made = exchange();
  made.response_body.append(std::string(RecordedBody::kBytesMax, 'x'));
  EXPECT_EQ(made.response_body.bytes, "");
  made.response_body.append("more");
  EXPECT_THAT(recording_line(made, {}), HasSubstr(R"("body":null,"omitted_bytes":8388614)"));
}

TEST(RecordingLine, HasNoBodyWhereThereWasNone) {
  RecordedExchange made = exchange();
  made.request_body = {};
  EXPECT_THAT(recording_line(made, {}), HasSubstr(R"("body":null},"response")"));
}

TEST(RecordingLine, SaysThatThereWasNoAnswer) {
  RecordedExchange made = exchange();
  made.status = 0;
  made.complete = false;
  made.error = "could not connect";
  const std::string line = recording_line(made, {});
  EXPECT_THAT(line, HasSubstr(R"("complete":false,"error":"could not connect")"));
  EXPECT_THAT(line, HasSubstr(R"("response":null)"));
}

TEST(RecordingLine, IsOneLine) {
  RecordedExchange made = exchange();
  made.response_body.append("\n\r\n\xE2\x80\xA8");
  EXPECT_EQ(recording_line(made, {}).find_first_of("\r\n"), std::string::npos);
}

class PrivateHeader : public testing::TestWithParam<const char*> {};

TEST_P(PrivateHeader, IsLeftOut) {
  RecordedExchange made = exchange();
  made.request_headers.add(GetParam(), "planted");
  made.response_headers.add(GetParam(), "planted");
  EXPECT_THAT(recording_line(made, {}), Not(HasSubstr("planted")));
}

INSTANTIATE_TEST_SUITE_P(Credentials,
                         PrivateHeader,
                         testing::Values("Authorization",
                                         "proxy-authorization",
                                         "api-key",
                                         "X-Api-Key",
                                         "x-goog-api-key",
                                         "xi-apikey",
                                         "Cookie",
                                         "set-cookie",
                                         "openai-organization",
                                         "x-auth-token",
                                         "X-Amz-Security-Token",
                                         "client-secret"));

TEST(RecordingLine, KeepsHeadersThatOnlySoundPrivate) {
  RecordedExchange made = exchange();
  made.response_headers.add("x-ratelimit-remaining-tokens", "149999");
  EXPECT_THAT(recording_line(made, {}), HasSubstr("149999"));
}

std::string url_of(const std::string& url, const RecordingSecrets& secrets = {}) {
  RecordedExchange made = exchange();
  made.url = url;
  const json::Value line = parsed(recording_line(made, secrets));
  return std::string(*line.find("request")->find("url")->as_string());
}

TEST(RecordingLine, HidesCredentialsInUrls) {
  EXPECT_EQ(url_of("https://h/v1/m:generate?key=abc&alt=sse"),
            "https://h/v1/m:generate?key=***&alt=sse");
  EXPECT_EQ(url_of("https://h/?a=1&api_key=abc"), "https://h/?a=1&api_key=***");
  EXPECT_EQ(url_of("https://h/?sig=abc&X-Amz-Signature=d&token=&keyword=x"),
            "https://h/?sig=***&X-Amz-Signature=***&token=***&keyword=x");
  EXPECT_EQ(url_of("https://h/?key&key=a=b"), "https://h/?key&key=***");
  EXPECT_EQ(url_of("http://user:pass@h:80/p?x=@"), "http://h:80/p?x=@");
  EXPECT_EQ(url_of("http://h/p@q"), "http://h/p@q");
  EXPECT_EQ(url_of("?"), "?");
  EXPECT_EQ(url_of("http://h/?&&="), "http://h/?&&=");
}

TEST(RecordingLine, HidesSecretsWhereverTheyStand) {
  const RecordingSecrets secrets({"sk-planted/1\"", "sk-planted/1\"-longer", "short"});
  EXPECT_EQ(url_of("https://h/sk-planted%2F1%22/short", secrets), "https://h/***/short");
  RecordedExchange made = exchange();
  made.request_body.append("sk-planted/1\"-longer");
  made.response_body.append(R"({"message":"bad key sk-planted/1\""})");
  made.response_headers.add("x-echo", "sk-planted/1\"");
  made.error = "refused sk-planted/1\"";
  made.complete = false;
  const std::string line = recording_line(made, secrets);
  EXPECT_THAT(line, Not(HasSubstr("planted")));
  EXPECT_THAT(line, Not(HasSubstr("longer")));
  parsed(line);
}

TEST(RecordingLine, HidesSecretsInBytesToo) {
  const RecordingSecrets secrets({"sk-planted"});
  RecordedExchange made = exchange();
  made.response_body = {};
  made.response_body.append("\xFFsk-planted");
  EXPECT_THAT(recording_line(made, secrets), HasSubstr(R"("base64":"/yoqKg==")"));
}

ConfigValue::Member setting(const std::string& key, const std::string& text, bool secret) {
  ConfigValue value;
  value.kind = ConfigValue::Kind::kScalar;
  value.text = text;
  value.secret = secret;
  return {key, {}, std::move(value)};
}

TEST(RecordingSecrets, AreWhatTheConfigurationHides) {
  ConfigValue headers;
  headers.kind = ConfigValue::Kind::kMap;
  headers.members.push_back(setting("x-key", "sk-2", true));
  ConfigValue config;
  config.kind = ConfigValue::Kind::kMap;
  config.members.push_back(setting("api_key", "sk-1", true));
  config.members.push_back(setting("base_url", "https://api.example/v1", true));
  config.members.push_back(setting("other_url", "https://user:pass@api.example", true));
  config.members.push_back(setting("plain", "text", false));
  config.members.push_back({"headers", {}, std::move(headers)});
  EXPECT_THAT(secrets_in(config), ElementsAre("sk-1", "https://user:pass@api.example", "sk-2"));
}

TEST(RecordedEndpoint, IsTheOperationWhateverTheAddress) {
  EXPECT_EQ(recorded_endpoint("https://h/v1/chat/completions"), "chat/completions");
  EXPECT_EQ(recorded_endpoint("https://h/openai/deployments/my/chat/completions?api-version=1"),
            "chat/completions");
  EXPECT_EQ(recorded_endpoint("https://h/v1/completions/"), "completions");
  EXPECT_EQ(recorded_endpoint("https://h/v1/messages/count_tokens"), "messages/count_tokens");
  EXPECT_EQ(recorded_endpoint("https://h/v1beta/models/some:streamGenerate?alt=sse"),
            "streamGenerate");
  EXPECT_EQ(recorded_endpoint("https://h/api/v1/models"), "models");
  EXPECT_EQ(recorded_endpoint("https://h/some/where"), "where");
  EXPECT_EQ(recorded_endpoint("https://h"), "");
  EXPECT_EQ(recorded_endpoint(""), "");
}

}  // namespace
}  // namespace patchbay::relay
