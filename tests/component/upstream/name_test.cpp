// Names that take their time to be looked up. Libcurl does that on threads of its own, and nothing
// of ours may wait for those.

#include <cstdlib>
#include <string>

#include "tests/component/upstream/fake_names.hpp"
#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

using std::chrono::milliseconds;

constexpr const char* kSlow = "http://slow.example/";

class NameTest : public UpstreamTest {
 protected:
  explicit NameTest(Client::Options options = {}) : UpstreamTest(options) {
    names_.hang("slow.example");
  }
  ~NameTest() override { names_.let_go(); }

  static Request patient(std::string url) {
    Request request = get(std::move(url));
    request.connection.connect_timeout = std::chrono::minutes(10);
    return request;
  }

  FakeNames names_;
};

TEST_F(NameTest, HoldsUpNobodyElse) {
  RawServer server(always(answer("ok")));
  Recorder& slow = start(patient(kSlow));
  names_.wait_for(1);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(names_.hanging(), 1);
  EXPECT_FALSE(slow.ended());
}

TEST_F(NameTest, CanBeCancelledWhileItIsLookedUp) {
  RawServer server(always(answer("ok")));
  Recorder& slow = start(patient(kSlow));
  names_.wait_for(1);
  cancel(slow);
  EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(names_.hanging(), 1) << "the cancelling waited for the lookup";
  EXPECT_FALSE(slow.ended());
}

TEST_F(NameTest, LeadsNowhereOnceItWasCancelled) {
  RawServer server(always(answer("ok")));
  names_.set("slow.example", {"127.0.0.1"});
  const std::string url = "http://slow.example:" + std::to_string(server.port()) + "/";
  Recorder& slow = start(patient(url));
  names_.wait_for(1);
  cancel(slow);
  names_.let_go();
  EXPECT_EQ(fetch(patient(url)).body(), "ok");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(NameTest, IsGivenUpWhenTimeIsOver) {
  Request request = get(kSlow);
  request.connection.connect_timeout = milliseconds(50);
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kTimeout);
  EXPECT_EQ(error.message, "could not resolve slow.example in time: no answer for 50 ms");
  EXPECT_EQ(names_.hanging(), 1) << "the time-out waited for the lookup";
}

TEST_F(NameTest, CountsForTheTotalTime) {
  Request request = patient(kSlow);
  request.timeouts.total = milliseconds(50);
  const Error error = fetch(std::move(request)).error();
  EXPECT_EQ(error.code, ErrorCode::kTimeout);
  EXPECT_EQ(error.message, "timed out: slow.example:80 did not finish within 50 ms");
  EXPECT_EQ(names_.hanging(), 1);
}

TEST_F(NameTest, DoesNotHoldUpTheEndOfItsClient) {
  Recorder& slow = start(patient(kSlow));
  names_.wait_for(1);
  on_worker([&] {
    slow.transfer.reset();
    client_.reset();
  });
  EXPECT_EQ(names_.hanging(), 1) << "the client waited for the lookup";
}

TEST_F(NameTest, IsTriedAgainAfterALookupThatFailed) {
  RawServer server(always(answer("ok")));
  const std::string url = "http://slow.example:" + std::to_string(server.port()) + "/";
  Recorder& slow = start(patient(url));
  names_.wait_for(1);
  names_.let_go();
  EXPECT_EQ(slow.wait_end().error().message, "could not resolve slow.example");
  names_.set("slow.example", {"127.0.0.1"});
  EXPECT_EQ(fetch(patient(url)).body(), "ok");
}

class FewDialsNameTest : public NameTest {
 protected:
  FewDialsNameTest() : NameTest({.dials_max = 4}) {}
};

TEST_F(FewDialsNameTest, IsNotLookedUpMoreOftenThanThereArePlaces) {
  RawServer server(always(answer("ok")));
  for (int i = 0; i < 20; ++i)
    cancel(start(patient(kSlow)));
  names_.wait_for(2);
  EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(names_.hung(), 2);

  // The places are free again when the lookups are over.
  names_.set("slow.example", {"127.0.0.1"});
  names_.let_go();
  const std::string url = "http://slow.example:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(fetch(patient(url)).body(), "ok");
}

TEST_F(FewDialsNameTest, LeavesRoomForOtherUpstreams) {
  RawServer server(always(answer("ok")));
  for (int i = 0; i < 20; ++i)
    start(patient(kSlow));
  names_.wait_for(2);
  EXPECT_EQ(fetch(get(server.url())).body(), "ok");
  EXPECT_EQ(names_.hung(), 2);
}

// In a process of its own, which must come to its end although nobody ever answers the lookup.
using NameDeathTest = NameTest;

TEST_F(NameDeathTest, DoesNotHoldUpTheEndOfTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Recorder& slow = start(patient(kSlow));
        names_.wait_for(1);
        on_worker([&] {
          slow.transfer.reset();
          client_.reset();
        });
        reactor_->stop();
        std::exit(names_.hanging() == 1 ? 7 : 8);
      },
      testing::ExitedWithCode(7),
      "");
}

}  // namespace
}  // namespace patchbay::upstream
