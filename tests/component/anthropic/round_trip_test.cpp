// A tool loop in full: a recorded answer becomes a message of an OpenAI client's history, and the
// next request must hold the vendor's blocks again, thinking with its signatures and calls with
// their ids and arguments. Once with a client that keeps every field, and once with one that knows
// none of the fields for reasoning, for which the host puts them back.

#include <cstdlib>

#include <gtest/gtest.h>

#include "core/dialects/openai_chat/restore_signatures.hpp"
#include "core/dialects/openai_chat/whole_encoder.hpp"
#include "core/json/write.hpp"
#include "core/relay/signature_recorder.hpp"
#include "plugins/anthropic/answer.hpp"
#include "plugins/anthropic/request.hpp"
#include "tests/component/anthropic/anthropic_recordings.hpp"
#include "tests/component/anthropic/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

using dialects::openai_chat::WholeEncoder;
using plugins::anthropic::Answer;

struct Listeners {
  explicit Listeners(relay::SignatureStore& store) : recorder(store, "claude"), encoder({}) {}
  relay::SignatureRecorder recorder;
  WholeEncoder encoder;
  std::string out;
};

// The chat.completion that a client gets for an answer.
std::string completion_of(const OpenAiFixture& answer, relay::SignatureStore& store) {
  Listeners listeners(store);
  pbay_sink raw{sizeof raw, 0, &listeners, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  auto& to = *static_cast<Listeners*>(sink->impl);
                  to.recorder.on_event(*event);
                  return to.encoder.on_event(*event, to.out);
                }};
  sdk::Sink sink(&raw);
  Answer reader;
  const Framed framed = frames_of(answer.status, answer.headers, answer.response);
  for (const Frame& frame : framed.frames) {
    const auto outcome = framed.framing == PBAY_FRAME_WHOLE ? reader.whole(frame.data, sink)
                                                            : reader.event(frame.data, sink);
    EXPECT_NE(outcome, Answer::Outcome::kFailed);
  }
  EXPECT_EQ(reader.end(sink), Answer::Outcome::kDone);
  listeners.encoder.finish(listeners.out);
  return listeners.out;
}

std::string string_json(const json::Value& value) {
  std::string out;
  json::append_string(out, *value.as_string());
  return out;
}

// The assistant's message as stock clients send it back: role, content, tool_calls.
std::string stock_message(const json::Value& message) {
  std::string out = R"({"role":"assistant","content":)";
  const json::Value* content = message.find("content");
  out += content->is(json::Kind::kNull) ? "null" : string_json(*content);
  const json::Value* calls = message.find("tool_calls");
  if (calls != nullptr) {
    out += ",\"tool_calls\":[";
    for (const json::Value& call : calls->items()) {
      const json::Value* function = call.find("function");
      if (out.back() != '[') out += ',';
      out += R"({"id":)" + string_json(*call.find("id")) + R"(,"type":"function","function":{)" +
             R"("name":)" + string_json(*function->find("name")) + R"(,"arguments":)" +
             string_json(*function->find("arguments")) + "}}";
    }
    out += ']';
  }
  return out + "}";
}

std::string tool_messages(const json::Value& message) {
  std::string out;
  const json::Value* calls = message.find("tool_calls");
  if (calls == nullptr) return out;
  for (const json::Value& call : calls->items()) {
    out +=
        R"(,{"role":"tool","content":"done","tool_call_id":)" + string_json(*call.find("id")) + "}";
  }
  return out;
}

// The next request, with the assistant's message in it.
std::string next_request(const std::string& assistant, const std::string& results) {
  return R"({"model":"m","reasoning_effort":"low","messages":[{"role":"user","content":"go"},)" +
         assistant + results + "]}";
}

const json::Value* message_in(const json::Value& completion) {
  return completion.find("choices")->items().front().find("message");
}

// Whether the vendor's blocks are all back in what is sent next.
void expect_returned(const std::string& body, const OpenAiFixture& answer, const std::string& id) {
  const auto made = plugins::anthropic::translate_request(body, "claude-opus-4-6", {});
  ASSERT_FALSE(made.refusal) << id << ": " << made.refusal->message;
  EXPECT_FALSE(made.thinking_lost) << id;
  EXPECT_EQ(broken_rules(made.body), std::vector<std::string>()) << id << "\n" << made.body;
  const auto request = json::parse(made.body);
  ASSERT_TRUE(request);
  ASSERT_GE(request->find("messages")->items().size(), 2u) << id << "\n" << made.body;
  EXPECT_EQ(returned_blocks(request->find("messages")->items().at(1)), blocks_to_return(answer))
      << id;
}

void expect_round_trip(const OpenAiFixture& answer, const std::string& id) {
  relay::SignatureStore store;
  const std::string completion = completion_of(answer, store);
  const auto parsed = json::parse(completion);
  ASSERT_TRUE(parsed) << id << ": " << completion;
  const json::Value* message = message_in(*parsed);
  const std::string_view said = message->find("content")->as_string().value_or("");
  const bool blank = said.find_first_not_of(" \n") == said.npos;
  if (blank && message->find("tool_calls") == nullptr) return;  // nothing that could be sent back

  // A client that keeps every field: its message is the very one that it got.
  const std::size_t begin = message->offset();
  const std::string_view rest = std::string_view(completion).substr(begin);
  const std::string kept(rest.substr(0, rest.find(",\"logprobs\":")));
  expect_returned(next_request(kept, tool_messages(*message)), answer, id + " kept");

  // A stock client, for which the host remembers; where there are no calls nothing is due.
  if (message->find("tool_calls") == nullptr) return;
  std::string stock = next_request(stock_message(*message), tool_messages(*message));
  stock.append(json::Padded::kBytes, '\0');
  json::Span model{9, 12};
  const auto find = [&](std::string_view call) { return store.find(call, Clock::now()); };
  dialects::openai_chat::restore_signatures(stock, model, find);
  EXPECT_EQ(stock.substr(model.begin, model.size()), "\"m\"");
  stock.resize(stock.size() - json::Padded::kBytes);
  expect_returned(stock, answer, id + " stock");
}

TEST(AnthropicRoundTrip, OfEveryRecordedAnswer) {
  const char* folder = std::getenv("PATCHBAY_RECORDINGS");
  if (folder == nullptr || *folder == '\0') {
    GTEST_SKIP() << "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with anthropic.jsonl.gz";
  }
  int with_calls = 0;
  for (const RecordedMessage& message : read_messages(folder)) {
    with_calls += message.answer.response.find("\"tool_use\"") != std::string::npos ? 1 : 0;
    expect_round_trip(message.answer, message.id);
  }
  EXPECT_GE(with_calls, 3);
}

TEST(AnthropicRoundTrip, OfThinkingInSeveralBlocks) {
  OpenAiFixture answer;
  answer.status = 200;
  answer.headers = {{"content-type", "application/json"}};
  answer.response =
      R"({"type":"message","id":"msg_1","model":"claude-opus-4-6","role":"assistant","content":[)"
      R"({"type":"thinking","thinking":"first \"thought\"\n","signature":"c2ln+/="},)"
      R"({"type":"redacted_thinking","data":"cmVkYWN0ZWQ="},)"
      R"({"type":"text","text":"Let me look."},)"
      R"({"type":"tool_use","id":"toolu_1","name":"look","input":{"at":"\u00e9","n":1.50}},)"
      R"({"type":"tool_use","id":"toolu_2","name":"look","input":{}}],)"
      R"("stop_reason":"tool_use","usage":{"input_tokens":10,"output_tokens":5}})";
  expect_round_trip(answer, "several blocks");
}

}  // namespace
}  // namespace patchbay::testing
