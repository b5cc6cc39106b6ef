#include "core/api/access/rate_limits.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::api {
namespace {

bool holds(const std::vector<std::string>& routes, std::string_view route) {
  RateLimits limits;
  limits.routes = routes;
  return limits.hold_for(route);
}

TEST(RateLimits, HoldForWhatBeginsSo) {
  EXPECT_TRUE(holds({"/api/chat/stream"}, "/api/chat/stream"));
  EXPECT_TRUE(holds({"/api/chat/stream/"}, "/api/chat/stream"));
  EXPECT_TRUE(holds({"/chat"}, "/chat"));
  EXPECT_TRUE(holds({"/chat"}, "/chat/edit"));
  EXPECT_TRUE(holds({"/conversations"}, "/conversations/{id}"));
  EXPECT_FALSE(holds({"/chat"}, "/api/chat/stream"));
  EXPECT_FALSE(holds({"/chat"}, "/chats"));
  EXPECT_FALSE(holds({"/chat/edit"}, "/chat"));
}

TEST(RateLimits, HoldForARouteUnderBothOfItsNames) {
  EXPECT_TRUE(holds({"/v1"}, "/v1/chat/completions"));
  EXPECT_TRUE(holds({"/v1/chat/completions"}, "/v1/chat/completions"));
  EXPECT_TRUE(holds({"/chat/completions"}, "/v1/chat/completions"));
  EXPECT_TRUE(holds({"/chat"}, "/v1/chat/completions")) << "as /chat/completions it lies below";
  EXPECT_FALSE(holds({"/v1"}, "/chat"));
}

TEST(RateLimits, HoldEverywhereOrNowhere) {
  for (const char* route : {"/v1/chat/completions", "/chat", "/files/{id}"}) {
    EXPECT_TRUE(holds({"/"}, route));
    EXPECT_FALSE(holds({}, route));
    EXPECT_TRUE(holds({"/other", "/"}, route));
  }
}

}  // namespace
}  // namespace patchbay::api
