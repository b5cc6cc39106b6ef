#include "core/dialects/session_chat/body.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/dialects/body_fields.hpp"
#include "tests/unit/dialects/body.hpp"

namespace patchbay::dialects::session_chat {
namespace {

using test::accepted;
using test::refused;

TEST(SessionChatBody, TellsTheMessageAndTheSession) {
  const SessionBody body = accepted(read_chat, R"({"session_id":"s1","message":"Hi","more":1})");
  EXPECT_EQ(body.message, "Hi");
  EXPECT_EQ(body.session_id, "s1");
}

TEST(SessionChatBody, TakesTheEditedMessageByEitherName) {
  EXPECT_EQ(accepted(read_edit, R"({"edited_message":"new","session_id":"s"})").message, "new");
  EXPECT_EQ(accepted(read_edit, R"({"message":"new","session_id":"s"})").message, "new");
  EXPECT_EQ(
      accepted(read_edit, R"({"message":"old","edited_message":"new","session_id":"s"})").message,
      "new");
}

TEST(SessionChatBody, NeedsNoMessageToRetry) {
  for (const char* body : {R"({"session_id":"s","message":""})", R"({"session_id":"s"})"}) {
    const SessionBody read = accepted(read_retry, body);
    EXPECT_EQ(read.session_id, "s");
    EXPECT_EQ(read.message, "");
  }
}

TEST(SessionChatBody, NamesWhatIsMissing) {
  EXPECT_EQ(refused(read_chat, "{}"), "422 message: is missing (message)");
  EXPECT_EQ(refused(read_chat, R"({"message":"Hi"})"), "422 session_id: is missing (session_id)");
  EXPECT_EQ(refused(read_edit, R"({"session_id":"s"})"),
            "422 edited_message: is missing (edited_message)");
  EXPECT_EQ(refused(read_retry, R"({"message":""})"), "422 session_id: is missing (session_id)");
  EXPECT_EQ(refused(read_chat, R"({"message":"","session_id":"s"})"),
            "422 message: must not be empty (message)");
}

TEST(SessionChatBody, NamesWhatIsOfTheWrongType) {
  EXPECT_EQ(refused(read_chat, R"({"message":null,"session_id":"s"})"),
            "422 message: expected a string, got null (message)");
  EXPECT_EQ(refused(read_chat, R"({"message":"Hi","session_id":5})"),
            "422 session_id: expected a string, got a number (session_id)");
  EXPECT_EQ(refused(read_chat, R"({"message":"a\u0000b","session_id":"s"})"),
            "422 message: must not hold the character U+0000, which cannot be stored (message)");
  EXPECT_EQ(refused(read_edit, R"({"edited_message":{},"message":"x","session_id":"s"})"),
            "422 edited_message: expected a string, got an object (edited_message)");
  EXPECT_EQ(refused(read_retry, R"({"session_id":"s","message":[]})"),
            "422 message: expected a string, got an array (message)");
  EXPECT_EQ(refused(read_chat, R"({"message":"Hi","session_id":"a\u0000b"})"),
            "422 session_id: must not hold the character U+0000, which cannot be stored "
            "(session_id)");
  EXPECT_EQ(refused(read_chat, R"({"message":"Hi","session_id":"a\tb"})"),
            "422 session_id: expected at most 256 bytes of UTF-8 without control characters "
            "(session_id)");
}

TEST(SessionChatBody, SaysWhereTheJsonBreaksOff) {
  EXPECT_EQ(refused(read_chat, R"({"message":"Hi)"),
            "422 Invalid JSON at byte 14: Missing the closing quotation mark of a string. The text "
            "ends here.");
  EXPECT_TRUE(refused(read_chat, "").starts_with("422 Invalid JSON at byte 0"));
  EXPECT_TRUE(refused(read_chat, "[]").starts_with("422 "));
}

std::string body_of(const std::string& sent) {
  const auto read = test::read_padded(read_chat, sent);
  return text_error_body(std::get<chat::Failure>(read));
}

TEST(SessionChatBody, WritesItsErrorsInBothWays) {
  EXPECT_EQ(body_of(R"({"session_id":"s"})"),
            R"({"error":"message: is missing","detail":[{"loc":["body","message"],)"
            R"("msg":"Field required","type":"missing"}]})");
  EXPECT_EQ(
      body_of(R"({"message":1})"),
      R"({"error":"message: expected a string, got a number","detail":[{"loc":["body","message"],)"
      R"("msg":"Input should be a valid string","type":"string_type"}]})");
  EXPECT_EQ(body_of(R"({"message":""})"),
            R"({"error":"message: must not be empty","detail":[{"loc":["body","message"],)"
            R"("msg":"String should have at least 1 character","type":"string_too_short"}]})");
  EXPECT_EQ(
      body_of("{"),
      R"({"error":"Invalid JSON at byte 1: Missing a member name in double quotes. The text ends here.",)"
      R"("detail":[{"loc":["body"],)"
      R"("msg":"Invalid JSON at byte 1: Missing a member name in double quotes. The text ends here.","type":"json_invalid"}]})");
}

TEST(SessionChatBody, WritesAPlainErrorForEveryOtherStatus) {
  EXPECT_EQ(text_error_body(chat::bad_request("no \"way\"", "x")), R"({"error":"no \"way\""})");
}

}  // namespace
}  // namespace patchbay::dialects::session_chat
