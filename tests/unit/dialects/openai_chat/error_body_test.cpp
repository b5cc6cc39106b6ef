#include "core/dialects/openai_chat/error_body.hpp"

#include <gtest/gtest.h>

namespace patchbay::dialects::openai_chat {
namespace {

TEST(ErrorBody, HasAllFourMembers) {
  EXPECT_EQ(error_body(chat::bad_request("no \"quotes\"", "messages", "missing")),
            R"({"error":{"message":"no \"quotes\"","type":"invalid_request_error",)"
            R"("param":"messages","code":"missing"}})");
  EXPECT_EQ(
      error_body(chat::bad_request("no")),
      R"({"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}})");
}

}  // namespace
}  // namespace patchbay::dialects::openai_chat
