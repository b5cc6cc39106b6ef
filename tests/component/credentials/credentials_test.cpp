// When a credential is fetched, by whom, and who waits.

#include "tests/component/credentials/office.hpp"

namespace patchbay::relay {
namespace {

using std::chrono::seconds;
using State = Caller::State;

const std::string kGood = TokenServer::response(200, "{}");

TEST_F(CredentialsTest, AHundredCallsMakeOneExchange) {
  std::vector<Caller*> callers;
  for (unsigned i = 0; i < 100; ++i)
    callers.push_back(&ask(i % 2));
  server_.wait_requests(1);
  for (Caller* caller : callers)
    EXPECT_EQ(caller->state, State::kWaits);
  server_.answer(kGood);
  for (Caller* caller : callers)
    EXPECT_EQ(wait_told(*caller), State::kGoes);
  EXPECT_EQ(server_.requests(), 1u);
  EXPECT_EQ(credentials_->version(), 1u);
  EXPECT_EQ(ask(1).state, State::kGoes) << "it is there: nobody waits any more";
  EXPECT_NE(server_.last_request().find("the secret"), std::string::npos);
}

TEST_F(CredentialsTest, IsFetchedAheadOfItsEndWhileItServes) {
  instance_->valid_for_s = 1000;  // due after 800 s, bad after 990 s
  fetch_first();
  advance(seconds(790));
  EXPECT_EQ(ask().state, State::kGoes);
  EXPECT_EQ(server_.requests(), 1u);

  advance(seconds(15));
  EXPECT_EQ(ask(1).state, State::kGoes) << "the old one serves while the new one is fetched";
  server_.wait_requests(2);
  EXPECT_EQ(ask(0).state, State::kGoes);

  advance(seconds(200));
  Caller& late = ask(0);
  EXPECT_EQ(late.state, State::kWaits) << "the old one has ended meanwhile";
  server_.answer(kGood);
  EXPECT_EQ(wait_told(late), State::kGoes);
  EXPECT_EQ(credentials_->version(), 2u);
  EXPECT_EQ(server_.requests(), 2u);
}

TEST_F(CredentialsTest, WithoutAnEndItIsFetchedOnce) {
  instance_->valid_for_s = 0;
  fetch_first();
  advance(seconds(3600 * 24 * 400));
  EXPECT_EQ(ask().state, State::kGoes);
  EXPECT_EQ(server_.requests(), 1u);
}

TEST_F(CredentialsTest, IsFetchedAnewOnceItWasRefused) {
  fetch_first();
  EXPECT_TRUE(credentials_->refused(1));
  EXPECT_TRUE(credentials_->refused(1)) << "another call with the same one";
  Caller& first = ask(0);
  Caller& second = ask(1);
  EXPECT_EQ(first.state, State::kWaits);
  EXPECT_EQ(second.state, State::kWaits);
  server_.answer(kGood);
  EXPECT_EQ(wait_told(first), State::kGoes);
  EXPECT_EQ(wait_told(second), State::kGoes);
  EXPECT_EQ(server_.requests(), 2u);

  EXPECT_TRUE(credentials_->refused(1)) << "there is a newer one: try that";
  EXPECT_EQ(ask().state, State::kGoes);
  EXPECT_FALSE(credentials_->refused(2)) << "it is fresh, so the refusal stands";
  EXPECT_EQ(ask().state, State::kGoes);
  advance(seconds(31));
  EXPECT_TRUE(credentials_->refused(2));
  EXPECT_EQ(server_.requests(), 2u) << "fetched when somebody needs it";
}

TEST_F(CredentialsTest, ACallThatLeavesIsNotTold) {
  Caller& leaver = ask(0);
  Caller& stayer = ask(1);
  server_.wait_requests(1);
  leave(leaver);
  server_.answer(kGood);
  EXPECT_EQ(wait_told(stayer), State::kGoes);
  on_worker(0, [] {});
  EXPECT_EQ(leaver.state, State::kWaits);
}

TEST_F(CredentialsTest, AnExchangeGoesOnWhenAllHaveLeft) {
  Caller& leaver = ask(0);
  server_.wait_requests(1);
  leave(leaver);
  server_.answer(kGood);
  wait_idle();
  EXPECT_EQ(credentials_->version(), 1u);
  EXPECT_EQ(ask(1).state, State::kGoes);
}

TEST_F(CredentialsTest, AWorkplaceThatEndsEndsItsExchange) {
  Caller& here = ask(0);
  server_.wait_requests(1);
  Caller& there = ask(1);
  leave(here);
  close(0);
  EXPECT_EQ(wait_told(there), State::kFails);
  EXPECT_EQ(there.failure.category, PBAY_ERR_OVERLOADED);
}

TEST_F(CredentialsTest, ManyThreadsAskAndRefuseAtOnce) {
  fetch_first();
  server_.answer(kGood, 200);
  for (int round = 0; round < 20; ++round) {
    advance(seconds(31));
    std::thread refuser([&] { (void)credentials_->refused(credentials_->version()); });
    Caller& first = ask(0);
    Caller& second = ask(1);
    refuser.join();
    EXPECT_EQ(wait_told(first), State::kGoes);
    EXPECT_EQ(wait_told(second), State::kGoes);
  }
  EXPECT_LE(server_.requests(), 21u);
}

}  // namespace
}  // namespace patchbay::relay
