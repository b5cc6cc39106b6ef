#include "core/routing/route_table.hpp"

#include <gtest/gtest.h>

namespace patchbay::routing {
namespace {

Rule rule(std::string model, std::string provider, std::string upstream = {}) {
  return {std::move(model), std::move(provider), std::move(upstream), {}};
}

Route served(const RouteTable& table, std::string_view model) {
  auto found = table.resolve(model);
  EXPECT_TRUE(std::holds_alternative<Route>(found)) << model;
  return std::holds_alternative<Route>(found) ? std::get<Route>(found) : Route{};
}

chat::Failure refused(const RouteTable& table, std::string_view model) {
  auto found = table.resolve(model);
  EXPECT_TRUE(std::holds_alternative<chat::Failure>(found)) << model;
  return std::holds_alternative<chat::Failure>(found) ? std::get<chat::Failure>(found)
                                                      : chat::Failure{};
}

TEST(RouteTable, ReplacesTheNameOfAnAlias) {
  const RouteTable table({rule("fast", "a", "real-model")}, {});
  const Route route = served(table, "fast");
  ASSERT_EQ(route.targets.size(), 1U);
  EXPECT_EQ(route.targets[0].provider, "a");
  EXPECT_EQ(route.targets[0].upstream_model, "real-model");
  EXPECT_TRUE(route.alias);
}

TEST(RouteTable, PassesTheNameOnWithoutAnUpstreamModel) {
  const Route route = served(RouteTable({rule("real", "a")}, {}), "real");
  EXPECT_EQ(route.targets[0].upstream_model, "real");
  EXPECT_FALSE(route.alias);
}

TEST(RouteTable, SendsEveryOtherNameToTheWildcard) {
  const RouteTable table({rule("fast", "a", "x"), rule("*", "b")}, {});
  EXPECT_EQ(served(table, "vendor/any:thing").targets[0].provider, "b");
  EXPECT_EQ(served(table, "vendor/any:thing").targets[0].upstream_model, "vendor/any:thing");
}

// What a client makes up is not among them, so that metrics can have a series for each.
TEST(RouteTable, TellsWhichRuleItWas) {
  const RouteTable table({rule("fast", "a", "x"), rule("*", "b")}, {.chat = "fast"});
  EXPECT_EQ(served(table, "fast").rule, "fast");
  EXPECT_EQ(served(table, "").rule, "fast");
  EXPECT_EQ(served(table, "made-up-by-a-client").rule, "*");
}

TEST(RouteTable, UsesTheDefaultModelForNone) {
  const RouteTable table({rule("fast", "a", "x")}, {.chat = "fast"});
  EXPECT_EQ(served(table, "").targets[0].upstream_model, "x");
}

TEST(RouteTable, ShowsNoAliasToAClientThatNamedNone) {
  const RouteTable table({rule("fast", "a", "x")}, {.chat = "fast"});
  EXPECT_FALSE(served(table, "").alias);
}

TEST(RouteTable, RefusesARequestWithoutModelWhereNoneIsTheDefault) {
  const chat::Failure failure = refused(RouteTable({rule("*", "a")}, {}), "");
  EXPECT_EQ(chat::status_of(failure), 400);
  EXPECT_EQ(failure.param, "model");
}

TEST(RouteTable, RefusesANameThatNobodyServes) {
  const chat::Failure failure = refused(RouteTable({rule("fast", "a")}, {}), "slow");
  EXPECT_EQ(chat::status_of(failure), 404);
  EXPECT_EQ(chat::code_of(failure), "model_not_found");
  EXPECT_NE(failure.message.find("`slow`"), std::string::npos);
}

TEST(RouteTable, SaysWhyAModelCannotBeServed) {
  Rule disabled = rule("fast", "");
  disabled.unavailable = "provider `a` is disabled: its api_key is empty";
  const chat::Failure failure = refused(RouteTable({disabled}, {}), "fast");
  EXPECT_NE(failure.message.find("its api_key is empty"), std::string::npos);
}

TEST(RouteTable, ListsWhatIsServedByName) {
  const RouteTable table({rule("fast", "a"), rule("off", ""), rule("*", "b")}, {});
  ASSERT_EQ(table.listed().size(), 1U);
  EXPECT_EQ(table.listed()[0].model, "fast");
  EXPECT_EQ(table.any_provider(), "b");
}

TEST(RouteTable, HasADefaultModelForEachMode) {
  const RouteTable table({rule("*", "a")}, {.chat = "talks", .image = "paints"});
  const auto model = [&](pbay_mode mode) {
    return std::get<Route>(table.resolve("", mode)).targets[0].upstream_model;
  };
  EXPECT_EQ(model(PBAY_MODE_CHAT), "talks");
  EXPECT_EQ(model(PBAY_MODE_IMAGE), "paints");
  EXPECT_EQ(model(PBAY_MODE_SPEECH), "talks");
}

TEST(RouteTable, LeadsToAProviderNamedInAnyCase) {
  const RouteTable table({rule("*", "a")},
                         {.chat = "talks"},
                         {{"Alpha", "Alpha", "", ""}, {"Beta", "stand-in", "its-own", ""}});
  const auto target = [&](std::string_view provider, std::string_view model) {
    return std::get<Route>(table.resolve_at(provider, model, PBAY_MODE_CHAT)).targets[0];
  };
  EXPECT_EQ(target("aLPHA", "m").provider, "Alpha");
  EXPECT_EQ(target("aLPHA", "m").upstream_model, "m");
  EXPECT_EQ(target("Alpha", "").upstream_model, "talks");
  EXPECT_EQ(target("beta", "").upstream_model, "its-own");
  EXPECT_EQ(target("beta", "").provider, "stand-in");
}

TEST(RouteTable, HasAnOwnDefaultForAModeWhereItLeadsToTheProviderThatIsNamed) {
  const RouteTable table({rule("*", "a")},
                         {.chat = "talks", .image = "paints"},
                         {{"a", "a", "a-talks", ""}, {"b", "b", "b-does", ""}, {"c", "c", "", ""}});
  const auto model = [&](std::string_view provider, pbay_mode mode) {
    return std::get<Route>(table.resolve_at(provider, "", mode)).targets[0].upstream_model;
  };
  EXPECT_EQ(model("a", PBAY_MODE_IMAGE), "paints");
  EXPECT_EQ(model("a", PBAY_MODE_CHAT), "a-talks");
  EXPECT_EQ(model("a", PBAY_MODE_SPEECH), "a-talks");
  EXPECT_EQ(model("b", PBAY_MODE_IMAGE), "b-does");
  EXPECT_EQ(model("c", PBAY_MODE_IMAGE), "paints");
}

TEST(RouteTable, OpensNoModelByNamingAProvider) {
  const RouteTable table({rule("fast", "a", "real")},
                         {},
                         {{"a", "a", "", ""}, {"b", "b", "", ""}, {"c", "", "", "is disabled"}});
  const auto status = [&](std::string_view provider, std::string_view model) {
    const auto found = table.resolve_at(provider, model, PBAY_MODE_CHAT);
    const auto* failure = std::get_if<chat::Failure>(&found);
    return failure == nullptr ? 200 : chat::status_of(*failure);
  };
  EXPECT_EQ(status("a", "fast"), 200);
  EXPECT_EQ(status("a", "real"), 404);
  EXPECT_EQ(status("b", "fast"), 404);
  EXPECT_EQ(status("a", ""), 400);
  EXPECT_EQ(status("c", "fast"), 400);
  EXPECT_EQ(status("d", "fast"), 400);
}

}  // namespace
}  // namespace patchbay::routing
