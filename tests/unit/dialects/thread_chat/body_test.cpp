#include "core/dialects/thread_chat/body.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/dialects/body.hpp"

namespace patchbay::dialects::thread_chat {
namespace {

using test::accepted;
using test::refused;

TEST(ThreadChatBody, TellsTheMessageAndWhatItFollows) {
  const ThreadBody body =
      accepted(read_body, R"({"message":"Hi","previous_response_id":"resp_01a1"})");
  EXPECT_EQ(body.message, "Hi");
  EXPECT_EQ(body.previous_response_id, "01a1");
  EXPECT_EQ(
      accepted(read_body, R"({"message":"Hi","previous_response_id":"01a1"})").previous_response_id,
      "01a1");
}

TEST(ThreadChatBody, BeginsAThread) {
  for (const char* previous :
       {"", R"(,"previous_response_id":null)", R"(,"previous_response_id":"")"}) {
    const std::string body = R"({"message":"Hi")" + std::string(previous) + '}';
    EXPECT_EQ(accepted(read_body, body).previous_response_id, "") << body;
  }
}

TEST(ThreadChatBody, NamesWhatIsWrong) {
  EXPECT_EQ(refused(read_body, "{}"), "422 message: is missing (message)");
  EXPECT_EQ(refused(read_body, R"({"message":""})"), "422 message: must not be empty (message)");
  EXPECT_EQ(refused(read_body, R"({"message":["Hi"]})"),
            "422 message: expected a string, got an array (message)");
  EXPECT_EQ(refused(read_body, R"({"message":"Hi","previous_response_id":7})"),
            "422 previous_response_id: expected a string, got a number (previous_response_id)");
  EXPECT_TRUE(refused(read_body, R"({"message":)").starts_with("422 Invalid JSON at byte 11"));
}

TEST(ThreadChatBody, PutsThePrefixOnce) {
  EXPECT_EQ(with_prefix("1"), "resp_1");
  EXPECT_EQ(with_prefix("resp_1"), "resp_1");
  EXPECT_EQ(without_prefix("resp_1"), "1");
  EXPECT_EQ(without_prefix("1"), "1");
}

}  // namespace
}  // namespace patchbay::dialects::thread_chat
