#include "core/api/tools/inner_call.hpp"

#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/api/stub_place.hpp"

namespace patchbay::api {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class InnerCallTest : public testing::Test {
 protected:
  ~InnerCallTest() override { drop(); }

  void begin(relay::CallRequest request, std::size_t bytes_max = 1024 * 1024) {
    place_.workers.run(0, [&] {
      call_.emplace(place_.context(),
                    std::move(request),
                    StubPlace::route(),
                    bytes_max,
                    [this](InnerCall::Result result) {
                      told_.emplace(std::move(result));
                      call_.reset();  // which is allowed
                    });
      call_->start();
      EXPECT_FALSE(told_) << "told from inside start()";
    });
  }

  void drop() {
    place_.workers.run(0, [this] { call_.reset(); });
  }

  InnerCall::Result result() {
    EXPECT_TRUE(place_.workers.until(0, [this] { return told_.has_value(); }));
    return place_.workers.run(0, [this] { return *told_; });
  }
  InnerAnswer answer() { return std::get<InnerAnswer>(result()); }
  chat::Failure failure() { return std::get<chat::Failure>(result()); }

  static relay::CallRequest chat(const std::string& script) {
    return StubPlace::request(
        PBAY_MODE_CHAT,
        "openai.chat/1",
        R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stub":)" + script + "}");
  }

  StubPlace place_;
  std::optional<InnerCall> call_;
  std::optional<InnerCall::Result> told_;
};

TEST_F(InnerCallTest, GathersTheTextOfAnAnswer) {
  begin(chat(R"({"reply":"a \"quoted\" word, é and 🚀"})"));
  EXPECT_EQ(answer().text, "a \"quoted\" word, é and 🚀");
}

TEST_F(InnerCallTest, GathersOnlyTheFirstChoice) {
  relay::CallRequest request = StubPlace::request(
      PBAY_MODE_CHAT,
      "openai.chat/1",
      R"({"model":"m","n":3,"messages":[{"role":"user","content":"Hi"}],"stub":{"reply":"one"}})");
  begin(std::move(request));
  EXPECT_EQ(answer().text, "one");
}

TEST_F(InnerCallTest, GathersTheVectorsOfEachInput) {
  begin(StubPlace::request(PBAY_MODE_EMBEDDING,
                           "openai.embeddings/1",
                           R"({"model":"m","dimensions":8,"input":["a cat","a dog","rain"]})"));
  const InnerAnswer made = answer();
  ASSERT_THAT(made.embeddings, SizeIs(3));
  for (const auto& vector : made.embeddings)
    EXPECT_THAT(vector, SizeIs(8));
  EXPECT_NE(made.embeddings[0], made.embeddings[2]);
  EXPECT_GT(made.usage.input, 0);
}

TEST_F(InnerCallTest, TellsWhyItFailed) {
  begin(chat(R"({"error":{"status":429,"message":"Slower, please"}})"));
  EXPECT_THAT(failure().message, HasSubstr("Slower, please"));
}

TEST_F(InnerCallTest, TellsOfAnAnswerThatBreaksOff) {
  begin(chat(R"({"tokens":20,"break_off_after":5})"));
  EXPECT_NE(failure().message, "");
}

TEST_F(InnerCallTest, DoesNotTakeAnAnswerThatIsTooLarge) {
  begin(chat(R"({"tokens":2000})"), 1000);
  EXPECT_THAT(failure().message, HasSubstr("larger than 1000 bytes"));
}

TEST_F(InnerCallTest, TheWholeAnswerComesBeforeItsDeadline) {
  relay::CallRequest request = chat(R"({"tokens":100000,"token_delay_ms":200})");
  request.deadline = Clock::now() + std::chrono::milliseconds(300);
  begin(std::move(request));
  EXPECT_EQ(failure().category, PBAY_ERR_TIMEOUT);
}

TEST_F(InnerCallTest, IsCancelledByItsDestructor) {
  begin(chat(R"({"first_delay_ms":600000})"));
  ASSERT_TRUE(place_.workers.until(0, [this] { return place_.live_calls() == 1; }));
  drop();
  EXPECT_TRUE(place_.workers.until(0, [this] { return place_.live_calls() == 0; }));
  EXPECT_FALSE(place_.workers.run(0, [this] { return told_.has_value(); }));
}

TEST_F(InnerCallTest, SaysThatAProviderDoesNotOfferIt) {
  begin(StubPlace::request(PBAY_MODE_RERANK, "openai.rerank/1", "{}"));
  EXPECT_THAT(failure().message, HasSubstr("rerank"));
}

}  // namespace
}  // namespace patchbay::api
