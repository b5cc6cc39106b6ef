// What the model says goes to a client and comes back in its history: the calls, their arguments
// and ids, and every thought signature must reach the vendor on the very part that they came with.

#include <gtest/gtest.h>

#include "core/dialects/openai_chat/whole_encoder.hpp"
#include "plugins/gemini/answer.hpp"
#include "plugins/gemini/chat_request.hpp"
#include "tests/component/gemini/gemini_case.hpp"
#include "tests/component/gemini/recording_lines.hpp"
#include "tests/component/gemini/vendor_rules.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

using plugins::JsonText;
using plugins::JsonValue;
namespace gemini = plugins::gemini;
namespace dialect = dialects::openai_chat;

// The whole answer that a client of OpenAI's gets.
std::string for_the_client(const FakeHost& host, const std::string& answer) {
  struct Target {
    dialect::WholeEncoder encoder{{.model = "m", .keep_model = false}};
    std::string out;
  } target;
  pbay_sink raw{sizeof raw, 0, &target, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  auto& to = *static_cast<Target*>(sink->impl);
                  return to.encoder.on_event(*event, to.out);
                }};
  sdk::Sink sink(&raw);
  gemini::GeminiAnswer reader{sdk::Host(host.raw())};
  EXPECT_EQ(reader.piece(answer, sink), gemini::Outcome::kMore);
  EXPECT_EQ(reader.end(sink), gemini::Outcome::kDone);
  target.encoder.finish(target.out);
  return target.out;
}

// A history with that answer's message in it, and a result for each of its calls.
std::string history_with(const std::string& client_answer) {
  JsonText json;
  EXPECT_TRUE(json.parse(client_answer)) << client_answer;
  JsonValue message;
  for (const JsonValue choice : json.root()["choices"].elements())
    message = choice["message"];
  std::string body = R"({"messages":[{"role":"user","content":"x"},)" + std::string(message.raw());
  bool calls = false;
  for (const JsonValue call : message["tool_calls"].elements()) {
    calls = true;
    body += R"(,{"role":"tool","content":"done","tool_call_id":)" + std::string(call["id"].raw());
    body += "}";
  }
  return body + (calls ? "]}" : R"(,{"role":"user","content":"y"}]})");
}

struct SentPart {
  std::string name, arguments, signature, text;
  friend bool operator==(const SentPart&, const SentPart&) = default;
};

void PrintTo(const SentPart& part, std::ostream* out) {
  *out << part.name << " " << part.arguments << " '" << part.text << "' " << part.signature;
}

std::string without_space(std::string_view json) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) inside = !inside;
    if (inside || (json[i] != ' ' && json[i] != '\n')) out += json[i];
  }
  return out;
}

// The parts of the model's turns that the vendor checks: its calls, and texts with a signature. A
// signature of a text without words, which the vendor sends for the words before it, counts as
// theirs.
std::vector<SentPart> parts_of(JsonValue parts) {
  std::vector<SentPart> found;
  std::string words;
  for (const JsonValue part : parts.elements()) {
    const JsonValue call = part["functionCall"];
    const std::string signature = part["thoughtSignature"].string();
    if (part["thought"].is_true()) continue;
    words += part["text"].string();
    if (call.is_object()) {
      const JsonValue args = call["args"];
      found.push_back(
          {call["name"].string(), args ? without_space(args.raw()) : "{}", signature, ""});
    } else if (!signature.empty()) {
      found.push_back({"", "", signature, words});
    }
  }
  return found;
}

class GeminiRoundTrip : public ::testing::Test {
 protected:
  // What the vendor gets back for an answer, beside what it said.
  void expect_round_trip(const std::string& answer, const std::string& what) {
    JsonText said;
    ASSERT_TRUE(said.parse(answer)) << what;
    JsonValue parts;
    for (const JsonValue candidate : said.root()["candidates"].elements())
      parts = candidate["content"]["parts"];
    for (const JsonValue part : parts.elements()) {
      if (part["functionResponse"]) return;  // a tool that the vendor runs: no call for a client
    }
    JsonText history;
    const std::string body = history_with(for_the_client(host_, answer));
    ASSERT_TRUE(history.parse(body)) << what << body;
    gemini::Translation translation{.model = gemini::traits_of("gemini-2.5-flash"),
                                    .api_url = {},
                                    .safety_settings = {},
                                    .refusal = {},
                                    .dropped = {}};
    gemini::BodyText out;
    ASSERT_TRUE(gemini::write_chat_request(history.root(), translation, out))
        << what << translation.refusal.message;
    const std::string sent = out.str();
    EXPECT_EQ(broken_vendor_rules(sent, "gemini-2.5-flash"), "") << what << sent;
    JsonText returned;
    ASSERT_TRUE(returned.parse(sent));
    std::vector<SentPart> back;
    for (const JsonValue turn : returned.root()["contents"].elements()) {
      if (turn["role"].says("model")) back = parts_of(turn["parts"]);
    }
    EXPECT_EQ(back, parts_of(parts)) << what << sent;
    if (back.empty()) return;
    ++checked_;
    for (const JsonValue part : parts.elements()) {
      const JsonValue id = part["functionCall"]["id"];
      const std::string wanted = id ? R"({"id":)" + std::string(id.raw()) + ",\"name\"" : "";
      EXPECT_NE(sent.find(wanted), sent.npos) << what;
    }
  }

  FakeHost host_;
  int checked_ = 0;
};

TEST_F(GeminiRoundTrip, KeepsCallsAndSignatures) {
  expect_round_trip(R"({"candidates":[{"content":{"parts":[
    {"text":"plan","thought":true},
    {"functionCall":{"name":"get_weather","args":{"place":"B\u00e9rn \"x\"","n":[1,2.50]}},
     "thoughtSignature":"c2lnbmVk"},
    {"functionCall":{"name":"get_time","id":"8hd01vsf"}}]},"finishReason":"STOP"}]})",
                    "calls at once ");
  expect_round_trip(R"({"candidates":[{"content":{"parts":[
    {"text":"said","thoughtSignature":"c2lnbmVk"}]},"finishReason":"STOP"}]})",
                    "a text ");
  expect_round_trip(R"({"candidates":[{"content":{"parts":[
    {"text":"said"},{"text":"","thoughtSignature":"c2lnbmVk"}]},"finishReason":"STOP"}]})",
                    "a text and an empty one ");
  EXPECT_EQ(checked_, 3);
}

TEST_F(GeminiRoundTrip, KeepsThoseOfEveryRecording) {
  const std::string folder = recordings_folder();
  if (folder.empty()) {
    GTEST_SKIP() << "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with gemini.jsonl.gz";
  }
  for (const RecordedExchange& recorded : read_recorded(folder, "gemini")) {
    if (recorded.endpoint == "generateContent" && recorded.status == 200) {
      expect_round_trip(recorded.response, recorded.id + " ");
    }
  }
  EXPECT_GE(checked_, 10);
}

}  // namespace
}  // namespace patchbay::testing
