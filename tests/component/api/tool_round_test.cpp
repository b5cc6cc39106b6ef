#include "core/api/tools/tool_round.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/api/tools/built_in_tools.hpp"
#include "core/json/value.hpp"
#include "tests/component/api/stub_place.hpp"

namespace patchbay::api {
namespace {

using conversations::ToolCall;
using testing::ElementsAre;
using testing::HasSubstr;

// A tool whose calls wait until the test answers them.
class Waiting final : public ServerTool {
 public:
  struct Open {
    std::string arguments;
    Then then;
  };

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& definition() const override { return name_; }

  std::unique_ptr<ToolRun> run(const ToolCall& call,
                               const ToolOccasion&,
                               Then then) const override {
    class Run final : public ToolRun {
     public:
      explicit Run(int& ended) : ended_(ended) {}
      ~Run() override { ++ended_; }

     private:
      int& ended_;
    };
    open.push_back({call.arguments, std::move(then)});
    return std::make_unique<Run>(runs_ended);
  }

  mutable std::deque<Open> open;
  mutable int runs_ended = 0;

 private:
  const std::string name_ = "wait";
};

class ToolRoundTest : public testing::Test {
 protected:
  ~ToolRoundTest() override { drop(); }

  static ToolRound::Plan within(std::chrono::milliseconds timeout) {
    ToolRound::Plan plan;
    plan.timeout = timeout;
    return plan;
  }

  void begin(std::vector<ToolCall> calls, ToolRound::Plan plan = within(std::chrono::minutes(10))) {
    plan.tools = {tool_, built_in_tool("get_current_time")};
    plan.calls = std::move(calls);
    place_.workers.run(0, [&] {
      round_.emplace(
          place_.context(),
          std::move(plan),
          [this](const ToolCall& call, const ToolResult& result) {
            told_.push_back(call.id + " " + result.json);
          },
          [this] {
            messages_ = round_->messages();
            round_.reset();  // which is allowed
          });
      round_->start();
    });
  }
  void drop() {
    place_.workers.run(0, [this] { round_.reset(); });
  }

  void wait_open(std::size_t calls) {
    EXPECT_TRUE(place_.workers.until(0, [&] { return tool_->open.size() == calls; }));
  }
  // Answers the call that is at that place among those that wait.
  void answer(std::size_t index, ServerTool::Result result) {
    place_.workers.run(0, [&] {
      const auto then = std::move(tool_->open.at(index).then);
      then(std::move(result));
    });
  }
  std::string messages() {
    EXPECT_TRUE(place_.workers.until(0, [this] { return messages_.has_value(); }));
    return place_.workers.run(0, [this] { return messages_.value_or(""); });
  }
  std::vector<std::string> told() {
    return place_.workers.run(0, [this] { return told_; });
  }

  StubPlace place_;
  const std::shared_ptr<Waiting> tool_ = std::make_shared<Waiting>();
  std::optional<ToolRound> round_;
  std::vector<std::string> told_;
  std::optional<std::string> messages_;
};

TEST_F(ToolRoundTest, RunsItsCallsSideBySideAndTellsOfEachAsItEnds) {
  begin({{"a", "wait", "{}"}, {"b", "wait", R"({"n":2})"}});
  wait_open(2);
  answer(1, "\"second\"");
  EXPECT_THAT(told(), ElementsAre("b \"second\""));
  answer(0, R"({"n":1})");
  const auto said = json::parse("[" + messages().substr(1) + "]");
  ASSERT_TRUE(said) << messages();
  EXPECT_EQ(messages(),
            R"(,{"role":"assistant","content":null,"tool_calls":[)"
            R"({"id":"a","type":"function","function":{"name":"wait","arguments":"{}"}},)"
            R"({"id":"b","type":"function","function":{"name":"wait","arguments":"{\"n\":2}"}}]},)"
            R"({"role":"tool","tool_call_id":"a","content":"{\"n\":1}"},)"
            R"({"role":"tool","tool_call_id":"b","content":"\"second\""})");
}

TEST_F(ToolRoundTest, AToolThatAnswersAtOnceEndsTheRoundAllTheSame) {
  begin({{"a", "get_current_time", ""}});
  EXPECT_THAT(messages(), HasSubstr("current_time"));
}

TEST_F(ToolRoundTest, TextThatIsNoJsonIsShownAsAString) {
  begin({{"a", "wait", "{}"}});
  wait_open(1);
  answer(0, "It \"rains\".");
  EXPECT_THAT(messages(), HasSubstr(R"("content":"It \"rains\".")"));
  EXPECT_THAT(told(), ElementsAre(R"(a "It \"rains\".")"));
}

TEST_F(ToolRoundTest, AFailureIsAResultThatTheModelReads) {
  begin({{"a", "wait", "{}"}});
  wait_open(1);
  answer(0, chat::bad_request("no such city"));
  messages();
  EXPECT_THAT(told(), ElementsAre(R"(a {"error":"no such city"})"));
}

TEST_F(ToolRoundTest, AToolThatIsLateIsEndedAndSaidToBe) {
  begin({{"a", "wait", "{}"}}, within(std::chrono::milliseconds(50)));
  messages();
  EXPECT_THAT(told(), ElementsAre(R"(a {"error":"The tool did not answer within 50 ms"})"));
  EXPECT_EQ(place_.workers.run(0, [this] { return tool_->runs_ended; }), 1);
}

TEST_F(ToolRoundTest, AResultThatIsTooLargeIsNotShown) {
  ToolRound::Plan plan = within(std::chrono::minutes(10));
  plan.result_bytes_max = 10;
  begin({{"a", "wait", "{}"}}, std::move(plan));
  wait_open(1);
  answer(0, std::string(11, 'x'));
  messages();
  EXPECT_THAT(told(), ElementsAre(R"(a {"error":"The result is larger than 10 bytes"})"));
}

TEST_F(ToolRoundTest, NothingRunsThatIsNotThereOrHasNoArguments) {
  begin({{"a", "other", "{}"}, {"b", "wait", "[1]"}, {"c", "wait", "{\"cut"}});
  messages();
  EXPECT_THAT(told(),
              ElementsAre(R"(a {"error":"There is no such tool"})",
                          R"(b {"error":"The arguments are not a JSON object"})",
                          R"(c {"error":"The arguments are not a JSON object"})"));
}

TEST_F(ToolRoundTest, CallsBeyondTheBoundWait) {
  ToolRound::Plan plan = within(std::chrono::minutes(10));
  plan.at_once_max = 2;
  begin({{"a", "wait", "{}"}, {"b", "wait", "{}"}, {"c", "wait", "{}"}}, std::move(plan));
  wait_open(2);
  answer(0, "1");
  wait_open(3);
  answer(1, "2");
  answer(2, "3");
  messages();
  EXPECT_THAT(told(), ElementsAre("a 1", "b 2", "c 3"));
}

TEST_F(ToolRoundTest, ItsDestructorEndsWhatRuns) {
  begin({{"a", "wait", "{}"}, {"b", "wait", "{}"}});
  wait_open(2);
  drop();
  EXPECT_EQ(place_.workers.run(0, [this] { return tool_->runs_ended; }), 2);
  EXPECT_THAT(told(), ElementsAre());
}

}  // namespace
}  // namespace patchbay::api
