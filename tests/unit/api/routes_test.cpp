#include "core/api/routes.hpp"

#include <gtest/gtest.h>

#include "core/api/chat/speech_to_text.hpp"
#include "core/api/home.hpp"
#include "core/api/v1/chat_completions.hpp"
#include "core/api/v1/models.hpp"
#include "core/api/v1/operations.hpp"
#include "core/api/v1/passthrough.hpp"

namespace patchbay::api {
namespace {

using Segments = std::vector<std::string_view>;

HandlerFunction handler_of(std::string_view method, const Segments& segments) {
  auto found = find_route(method, segments);
  const auto* match = std::get_if<Match>(&found);
  return match == nullptr ? nullptr : match->handler;
}

TEST(Routes, MatchWithAndWithoutV1) {
  EXPECT_EQ(handler_of("POST", {"v1", "chat", "completions"}), &chat_completions);
  EXPECT_EQ(handler_of("POST", {"chat", "completions"}), &chat_completions);
  EXPECT_EQ(handler_of("GET", {"health"}), &health);
}

TEST(Routes, TellTheTwoModelListsApart) {
  EXPECT_EQ(handler_of("GET", {"v1", "models"}), &list_models);
  EXPECT_EQ(handler_of("GET", {"models"}), &list_models_for_all);
}

TEST(Routes, KeepWhatIsLeftOfThePath) {
  auto found = find_route("GET", {"v1", "models", "vendor", "name/x"});
  ASSERT_TRUE(std::holds_alternative<Match>(found));
  EXPECT_EQ(std::get<Match>(found).handler, &show_model);
  EXPECT_EQ(std::get<Match>(found).segments, (std::vector<std::string>{"vendor", "name/x"}));
}

TEST(Routes, HaveANameForMetricsThatHoldsNothingOfTheRequest) {
  const auto name_of = [](std::string_view method, const Segments& segments) {
    auto found = find_route(method, segments);
    if (const auto* wrong = std::get_if<WrongMethod>(&found)) return wrong->route;
    return std::get<Match>(found).route;
  };
  EXPECT_EQ(name_of("POST", {"v1", "chat", "completions"}), "/v1/chat/completions");
  EXPECT_EQ(name_of("POST", {"chat", "completions"}), "/v1/chat/completions");
  EXPECT_EQ(name_of("DELETE", {"chat", "completions"}), "/v1/chat/completions");
  EXPECT_EQ(name_of("GET", {"models", "vendor", "x"}), "/v1/models/{id}");
  EXPECT_EQ(name_of("HEAD", {"metrics"}), "/metrics");
}

TEST(Routes, AnswerHeadLikeGet) {
  EXPECT_EQ(handler_of("HEAD", {"v1", "models"}), &list_models);
}

TEST(Routes, NameTheMethodsOfAKnownPath) {
  auto found = find_route("DELETE", {"v1", "chat", "completions"});
  ASSERT_TRUE(std::holds_alternative<WrongMethod>(found));
  EXPECT_EQ(std::get<WrongMethod>(found).allow, "POST, OPTIONS");
  found = find_route("POST", {"v1", "models"});
  ASSERT_TRUE(std::holds_alternative<WrongMethod>(found));
  EXPECT_EQ(std::get<WrongMethod>(found).allow, "GET, HEAD, OPTIONS");
}

TEST(Routes, TakeEveryMethodWhereThePathIsAProvidersOwn) {
  for (const char* method : {"GET", "HEAD", "POST", "DELETE", "PATCH"}) {
    EXPECT_EQ(handler_of(method, {"providers", "a", "files"}), &provider_passthrough) << method;
    EXPECT_EQ(handler_of(method, {"v1", "responses", "r1", "cancel"}), &stored_response) << method;
  }
  EXPECT_EQ(handler_of("POST", {"v1", "responses"}), &responses);
  EXPECT_EQ(handler_of("POST", {"v1", "providers", "a", "files"}), nullptr);
  auto found = find_route("OPTIONS", {"providers", "a", "files"});
  ASSERT_TRUE(std::holds_alternative<WrongMethod>(found)) << "browsers ask first";
  EXPECT_EQ(std::get<WrongMethod>(found).allow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST(Routes, LeadHome) {
  EXPECT_EQ(handler_of("GET", {}), &home);
  EXPECT_EQ(handler_of("HEAD", {}), &home);
  EXPECT_EQ(handler_of("POST", {"speech-to-text"}), &speech_to_text);
}

TEST(Routes, KnowNoOtherPath) {
  for (const Segments& path : {Segments{"v1"},
                               Segments{"v1", "v1", "models"},
                               Segments{"v2", "models"},
                               Segments{"chat", "other"}}) {
    EXPECT_TRUE(std::holds_alternative<NoRoute>(find_route("GET", path)));
  }
}

}  // namespace
}  // namespace patchbay::api
