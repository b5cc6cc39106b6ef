#include "core/access/authenticator.hpp"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/base64.hpp"

namespace patchbay::access {
namespace {

using testing::HasSubstr;
using testing::Not;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kTeamKey = "sk-team-0123456789abcdef";

Identity ask(const Authenticator& authenticator, const Headers& headers) {
  http::HeaderList list;
  for (const auto& [name, value] : headers)
    list.add(name, value);
  return authenticator.identify(list);
}

Principal admitted(const Authenticator& authenticator, const Headers& headers) {
  const Identity who = ask(authenticator, headers);
  const auto* denial = std::get_if<Denial>(&who);
  EXPECT_EQ(denial, nullptr) << denial->message;
  return denial == nullptr ? std::get<Principal>(who) : Principal{};
}

Denial denied(const Authenticator& authenticator, const Headers& headers) {
  const Identity who = ask(authenticator, headers);
  const auto* denial = std::get_if<Denial>(&who);
  EXPECT_NE(denial, nullptr) << "let in as " << std::get<Principal>(who).owner;
  return denial == nullptr ? Denial{} : *denial;
}

std::string basic(std::string_view account, std::string_view scheme = "Basic") {
  std::string value = std::string(scheme) + ' ';
  append_base64(value, account);
  return value;
}

Authenticator with_both() {
  return Authenticator({.basic = {{"app", Secret("pa:ss")}, {"other", Secret("word")}},
                        .keys = {{"team", Secret(kTeamKey)}, {"ops", Secret("sk-ops")}}});
}

TEST(Anonymous, IsTheLocalUserOrWhomTheHeaderNames) {
  const Authenticator everybody;
  EXPECT_FALSE(everybody.asks());
  const Principal local = admitted(everybody, {});
  EXPECT_EQ(local.owner, "local");
  EXPECT_EQ(local.userid, "local");
  EXPECT_EQ(local.key, "");
  const Principal ada = admitted(everybody, {{"Userid", "ada"}});
  EXPECT_EQ(ada.owner, "user:ada");
  EXPECT_EQ(ada.userid, "ada");
}

TEST(Anonymous, IgnoresCredentialsMeantForOthers) {
  EXPECT_EQ(admitted(Authenticator(), {{"Authorization", "Bearer sk-of-a-provider"}}).owner,
            "local");
}

TEST(Anonymous, EndsWhereThereAreCredentials) {
  const Authenticator keyed({.keys = {{"team", Secret(kTeamKey)}}, .anonymous = true});
  EXPECT_TRUE(keyed.asks());
  EXPECT_EQ(denied(keyed, {}).status, 401);
}

TEST(Anonymous, IsNobodyWhereNothingIsConfiguredAndAnonymityIsOff) {
  const Authenticator closed({.anonymous = false});
  EXPECT_TRUE(closed.asks());
  EXPECT_FALSE(closed.has_credentials());
  const Denial denial = denied(closed, {{"X-Api-Key", ""}, {"Authorization", "Bearer "}});
  EXPECT_EQ(denial.status, 401);
  EXPECT_THAT(denial.message, HasSubstr("access.keys"));
  EXPECT_THAT(denial.message, HasSubstr("anonymous: always"));
  EXPECT_NE(denial.challenge, "");
}

TEST(Basic, TakesAnAccountTogetherWithAUserid) {
  const Principal ada =
      admitted(with_both(), {{"authorization", basic("app:pa:ss")}, {"userid", "ada"}});
  EXPECT_EQ(ada.owner, "basic:ada");
  EXPECT_EQ(ada.userid, "ada");
  EXPECT_EQ(ada.key, "");
  EXPECT_EQ(
      admitted(with_both(), {{"authorization", basic("other:word", "bASIC")}, {"userid", "b"}})
          .owner,
      "basic:b");
}

TEST(Basic, NamesTheUseridThatIsMissing) {
  const Denial denial = denied(with_both(), {{"authorization", basic("app:pa:ss")}});
  EXPECT_EQ(denial.status, 400);
  EXPECT_EQ(denial.param, "userid");
  EXPECT_THAT(denial.message, HasSubstr("userid"));
}

TEST(Basic, SaysTheSameWhateverWasWrong) {
  const Denial none = denied(with_both(), {{"userid", "ada"}});
  EXPECT_EQ(none.status, 401);
  EXPECT_THAT(none.challenge, HasSubstr("Basic realm="));
  EXPECT_THAT(none.challenge, HasSubstr("Bearer realm="));
  for (const std::string& wrong : {basic("app:wrong"),
                                   basic("nobody:pa:ss"),
                                   basic("other:pa:ss"),
                                   basic("app"),
                                   basic(""),
                                   basic("app:pa:ss "),
                                   std::string("Basic"),
                                   std::string("Basic !!!"),
                                   std::string("Basic") + basic("app:pa:ss").substr(6)}) {
    const Denial denial = denied(with_both(), {{"authorization", wrong}, {"userid", "ada"}});
    EXPECT_EQ(denial.status, 401) << wrong;
    EXPECT_EQ(denial.message, none.message) << wrong;
    EXPECT_EQ(denial.challenge, none.challenge) << wrong;
  }
}

TEST(Keys, ComeInEitherHeader) {
  for (const Headers& headers : {Headers{{"X-API-Key", kTeamKey}},
                                 Headers{{"Authorization", std::string("Bearer ") + kTeamKey}},
                                 Headers{{"authorization", std::string("bearer  ") + kTeamKey}}}) {
    const Principal team = admitted(with_both(), headers);
    EXPECT_EQ(team.owner, "key:team");
    EXPECT_EQ(team.userid, "team");
    EXPECT_EQ(team.key, "team");
    EXPECT_EQ(team.limit_key, "key:team");
  }
}

TEST(Keys, MayNameAUser) {
  const Principal ada = admitted(with_both(), {{"X-API-Key", "sk-ops"}, {"userid", "ada"}});
  EXPECT_EQ(ada.owner, "key:ops/ada");
  EXPECT_EQ(ada.userid, "ada");
  EXPECT_EQ(ada.limit_key, "key:ops") << "whom it names does not raise the limit";
}

TEST(Keys, AreTakenWhole) {
  for (const std::string& wrong :
       {std::string(), std::string("sk-team"), std::string(kTeamKey) + "0", std::string("team")}) {
    EXPECT_EQ(denied(with_both(), {{"X-API-Key", wrong}}).status, 401) << wrong;
    EXPECT_EQ(denied(with_both(), {{"Authorization", "Bearer " + wrong}}).status, 401) << wrong;
  }
}

TEST(Keys, OneThatIsRightIsEnough) {
  EXPECT_EQ(admitted(with_both(),
                     {{"X-API-Key", "of-somebody-else"},
                      {"Authorization", std::string("Bearer ") + kTeamKey}})
                .key,
            "team");
  EXPECT_EQ(admitted(with_both(),
                     {{"X-API-Key", "of-somebody-else"},
                      {"Authorization", basic("app:pa:ss")},
                      {"userid", "ada"}})
                .owner,
            "basic:ada");
}

TEST(Keys, AreNoAccountsAndAccountsAreNoKeys) {
  const Authenticator keyed({.keys = {{"team", Secret("a:b")}}});
  EXPECT_EQ(denied(keyed, {{"authorization", basic("a:b")}, {"userid", "u"}}).status, 401);
  EXPECT_THAT(denied(keyed, {}).challenge, Not(HasSubstr("Basic")));
  const Authenticator accounts({.basic = {{"a", Secret("b")}}});
  EXPECT_EQ(denied(accounts, {{"X-API-Key", "a:b"}, {"userid", "u"}}).status, 401);
  EXPECT_THAT(denied(accounts, {}).message, Not(HasSubstr("X-API-Key")));
}

TEST(Userid, MustBePrintable) {
  for (const std::string& good : {std::string("a"),
                                  std::string("ada@example.com"),
                                  std::string("Ada Lovelace"),
                                  std::string("Ren\xC3\xA9"),
                                  std::string(128, 'x')}) {
    EXPECT_EQ(admitted(Authenticator(), {{"userid", good}}).owner, "user:" + good);
  }
  for (const std::string& bad : {std::string(),
                                 std::string(129, 'x'),
                                 std::string("tab\tbed"),
                                 std::string("a\x7F"),
                                 std::string("Ren\xE9"),
                                 std::string("c1 \xC2\x85")}) {
    const Denial denial = denied(Authenticator(), {{"userid", bad}});
    EXPECT_EQ(denial.status, 400);
    EXPECT_EQ(denial.param, "userid");
    EXPECT_THAT(denial.message, HasSubstr("userid"));
  }
}

TEST(Userid, IsThereOnce) {
  EXPECT_EQ(denied(Authenticator(), {{"userid", "ada"}, {"Userid", "bob"}}).status, 400);
}

TEST(Userid, IsNotLookedAtBeforeTheCredentialsAreRight) {
  EXPECT_EQ(denied(with_both(), {{"userid", "\t"}}).status, 401);
}

TEST(Owners, OfDifferentMethodsCannotBeTheSame) {
  const Authenticator both({.basic = {{"app", Secret("p")}}, .keys = {{"a", Secret("k")}}});
  const std::string by_key = admitted(both, {{"x-api-key", "k"}, {"userid", "x"}}).owner;
  const std::string by_account =
      admitted(both, {{"authorization", basic("app:p")}, {"userid", "a/x"}}).owner;
  const std::string by_nothing = admitted(Authenticator(), {{"userid", "a/x"}}).owner;
  EXPECT_NE(by_key, by_account);
  EXPECT_NE(by_account, by_nothing);
  EXPECT_NE(by_key, by_nothing);
}

}  // namespace
}  // namespace patchbay::access
