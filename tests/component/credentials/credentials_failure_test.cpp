// What becomes of calls, and of the next exchange, when a credential cannot be had.

#include <gmock/gmock.h>

#include "tests/component/credentials/office.hpp"

namespace patchbay::relay {
namespace {

using std::chrono::seconds;
using State = Caller::State;

const std::string kGood = TokenServer::response(200, "{}");
const std::string kRefused = TokenServer::response(401, "no");
const std::string kBusy = TokenServer::response(500, "busy");

TEST_F(CredentialsTest, ARefusalIsEverybodysFailure) {
  Caller& first = ask(0);
  server_.wait_requests(1);
  Caller& second = ask(1);
  server_.answer(kRefused);
  for (Caller* caller : {&first, &second}) {
    EXPECT_EQ(wait_told(*caller), State::kFails);
    EXPECT_EQ(chat::status_of(caller->failure), 502);
    EXPECT_EQ(chat::code_of(caller->failure), "upstream_auth");
    EXPECT_EQ(caller->failure.message, "The provider `demo` could not get its credentials");
  }
  EXPECT_EQ(server_.requests(), 1u);
}

TEST_F(CredentialsTest, ABusyServerIsA503) {
  server_.answer(kBusy);
  Caller& caller = ask();
  EXPECT_EQ(wait_told(caller), State::kFails);
  EXPECT_EQ(chat::status_of(caller.failure), 503);
  EXPECT_EQ(chat::code_of(caller.failure), "upstream_auth");
  EXPECT_GE(caller.failure.retry_after_ms, 0);
}

TEST_F(CredentialsTest, NobodyAsksAgainAtOnce) {
  server_.answer(kRefused);
  EXPECT_EQ(wait_told(ask()), State::kFails);
  Caller& soon = ask(1);
  EXPECT_EQ(wait_told(soon), State::kFails);
  EXPECT_EQ(chat::status_of(soon.failure), 502) << "the failure from before";
  EXPECT_EQ(server_.requests(), 1u);

  advance(seconds(2));
  server_.answer(kRefused);
  EXPECT_EQ(wait_told(ask()), State::kFails);
  EXPECT_EQ(server_.requests(), 2u);
  advance(seconds(1));
  EXPECT_EQ(wait_told(ask()), State::kFails);
  EXPECT_EQ(server_.requests(), 2u) << "the second pause is longer";

  advance(seconds(60));
  server_.answer(kGood);
  EXPECT_EQ(wait_told(ask()), State::kGoes);
  EXPECT_EQ(server_.requests(), 3u);
}

TEST_F(CredentialsTest, TheServersOwnWordOnWhenToComeBackCounts) {
  server_.answer(TokenServer::response(503, "later"));  // in 20 s, says the plugin
  EXPECT_EQ(wait_told(ask()), State::kFails);
  advance(seconds(15));
  Caller& early = ask();
  EXPECT_EQ(wait_told(early), State::kFails);
  EXPECT_GT(early.failure.retry_after_ms, 0);
  EXPECT_LE(early.failure.retry_after_ms, 5000);
  EXPECT_EQ(server_.requests(), 1u);
  advance(seconds(6));
  server_.answer(kGood);
  EXPECT_EQ(wait_told(ask()), State::kGoes);
}

TEST_F(CredentialsTest, WhatIsGoodServesOnWhenARefreshFails) {
  fetch_first();
  advance(seconds(850));
  server_.answer(kBusy);
  EXPECT_EQ(ask().state, State::kGoes);
  wait_idle();
  EXPECT_EQ(server_.requests(), 2u);
  EXPECT_EQ(ask(1).state, State::kGoes);
  EXPECT_EQ(server_.requests(), 2u) << "there is a pause before the next";
  advance(seconds(5));
  server_.answer(kGood);
  EXPECT_EQ(ask().state, State::kGoes);
  wait_idle();
  EXPECT_EQ(server_.requests(), 3u);
  EXPECT_EQ(credentials_->version(), 2u);
}

TEST_F(CredentialsTest, AClosedConnectionIsAFailure) {
  server_.answer("", 2);
  Caller& caller = ask();
  EXPECT_EQ(wait_told(caller), State::kFails);
  EXPECT_EQ(chat::status_of(caller.failure), 503);
}

TEST_F(CredentialsTest, AnAnswerWithoutEndIsAFailure) {
  server_.answer(TokenServer::response(200, std::string(limits::kCredentialBytesMax + 1, 'x')));
  Caller& caller = ask();
  EXPECT_EQ(wait_told(caller), State::kFails);
  EXPECT_EQ(chat::status_of(caller.failure), 503);
}

TEST_F(CredentialsTest, AServerThatNeverAnswersIsAFailure) {
  const auto hasty = std::make_shared<FakeInstance>(server_.url(), control_);
  credentials_ = Credentials::of(hasty, to_loopback(), {.timeout = std::chrono::milliseconds(50)});
  Caller& caller = ask();
  EXPECT_EQ(wait_told(caller), State::kFails);
  EXPECT_EQ(chat::status_of(caller.failure), 503);
}

TEST_F(CredentialsTest, APluginThatDoesNotKnowWhatToAskIsAFailure) {
  const auto lost = std::make_shared<FakeInstance>(server_.url(), control_);
  lost->refuses.emplace().message = "no idea";
  credentials_ = Credentials::of(lost, to_loopback());
  Caller& caller = ask();
  EXPECT_EQ(wait_told(caller), State::kFails);
  EXPECT_EQ(chat::status_of(caller.failure), 502);
  EXPECT_THAT(caller.failure.message, ::testing::Not(::testing::HasSubstr("no idea")));
  EXPECT_EQ(server_.requests(), 0u);
}

}  // namespace
}  // namespace patchbay::relay
