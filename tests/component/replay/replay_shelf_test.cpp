// Lines that are recordings, and lines that are not.

#include <gtest/gtest.h>

#include "plugins/replay/recording.hpp"

namespace patchbay::plugins::replay {
namespace {

std::string line(const std::string& meta, const std::string& request, const std::string& response) {
  return "{\"meta\":" + meta + ",\"request\":" + request + ",\"response\":" + response + "}";
}

const std::string kRequest =
    R"({"method":"POST","url":"https://h/v1/chat/completions?x=1","headers":[],)"
    R"("body":{"text":"{\"model\":\"m\",\"messages\":[]}"}})";
const std::string kResponse =
    R"({"status":200,"headers":[["content-type","application/json"]],"body":{"text":"{}"}})";

TEST(RecordingReader, ReadsTheLeastThatIsNeeded) {
  Recording recording;
  ASSERT_EQ(read_recording(line("{}", kRequest, kResponse), recording), ReadFailure::kNone);
  EXPECT_EQ(recording.operation, OpenAiOperation::kChat);
  EXPECT_EQ(recording.model, "m") << "where meta names none, the request does";
  EXPECT_EQ(recording.status, 200);
  EXPECT_EQ(recording.body, "{}");
  EXPECT_FALSE(recording.stream);
}

TEST(RecordingReader, KnowsAStreamWithoutATypeByItsBeginning) {
  Recording recording;
  const std::string untyped = R"({"status":200,"headers":[],"body":{"text":"data: {}\n\n"}})";
  ASSERT_EQ(read_recording(line("{}", kRequest, untyped), recording), ReadFailure::kNone);
  EXPECT_TRUE(recording.stream);
}

TEST(RecordingReader, ReadsBytes) {
  Recording recording;
  const std::string bytes = R"({"status":200,"headers":[],"body":{"base64":"/wEC"}})";
  ASSERT_EQ(read_recording(line("{}", kRequest, bytes), recording), ReadFailure::kNone);
  EXPECT_EQ(recording.body, "\xFF\x01\x02");
}

TEST(RecordingReader, TakesDeploymentsAndPrefixesForWhatTheyAre) {
  Recording recording;
  for (const char* url : {"https://h/openai/deployments/d/chat/completions?api-version=1",
                          "http://localhost/api/v1/chat/completions",
                          "/chat/completions"}) {
    const std::string request =
        R"({"method":"POST","url":")" + std::string(url) + R"(","headers":[],"body":null})";
    ASSERT_EQ(read_recording(line("{}", request, kResponse), recording), ReadFailure::kNone);
    EXPECT_EQ(recording.operation, OpenAiOperation::kChat) << url;
  }
}

TEST(RecordingReader, DoesNotTakeOtherRequestsForOperations) {
  Recording recording;
  for (const char* request : {R"({"method":"GET","url":"https://h/v1/chat/completions"})",
                              R"({"method":"POST","url":"https://h/v1/responses/input_tokens"})",
                              R"({"method":"GET","url":"https://h/v1/models/m"})",
                              R"({"method":"POST","url":"https://h/v1/messages"})"}) {
    ASSERT_EQ(read_recording(line(R"({"endpoint":"x"})", request, kResponse), recording),
              ReadFailure::kNone);
    EXPECT_EQ(recording.operation, OpenAiOperation::kRaw) << request;
    EXPECT_EQ(recording.family, "unknown (x)");
  }
}

TEST(RecordingReader, RefusesWhatIsNoRecording) {
  Recording recording;
  for (const std::string& text :
       {std::string(),
        std::string("null"),
        std::string("{}"),
        line("1", kRequest, kResponse),
        line("{}", "{}", kResponse),
        line("{}", kRequest, R"({"status":"200"})"),
        line("{}", kRequest, R"({"status":99})"),
        line("{}", kRequest, R"({"status":200,"body":"text"})"),
        line("{}", kRequest, R"({"status":200,"body":{"base64":"!"}})")}) {
    EXPECT_EQ(read_recording(text, recording), ReadFailure::kBroken) << text;
  }
}

TEST(RecordingReader, KnowsWhatHasNoAnswer) {
  Recording recording;
  for (const std::string& text :
       {line("{}", kRequest, "null"),
        line(R"({"complete":false})", kRequest, kResponse),
        line("{}", kRequest, R"({"status":200,"body":null,"omitted_bytes":9000000})")}) {
    EXPECT_EQ(read_recording(text, recording), ReadFailure::kUnanswered) << text;
  }
}

}  // namespace
}  // namespace patchbay::plugins::replay
