// A recorded answer comes back: as it is to a client of its own format, in events to any other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/shared/json_text.hpp"
#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint32_t kSame = PBAY_REQ_SAME_DIALECT;
constexpr std::uint32_t kSameStream = PBAY_REQ_SAME_DIALECT | PBAY_REQ_STREAM;
const std::string kFolder = PATCHBAY_TEST_FIXTURES "/replay/recordings";

std::string config(const std::string& more = "", const std::string& folder = kFolder) {
  return R"({"recordings":")" + folder + "\"" + more + "}";
}

std::string chat(const std::string& text, const std::string& more = "") {
  return R"({"model":"gpt-4o-mini","messages":[{"role":"system","content":"Be brief."},)"
         R"({"role":"user","content":")" +
         text + "\"}]" + more + "}";
}

class Replay : public ::testing::Test {
 protected:
  struct Answer {
    pbay_status started, completed;
    std::string events;
    FakeError error;
  };
  static FakeCall::Request asking(const std::string& body, std::uint32_t flags) {
    return {.model = "gpt-4o-mini", .body = body, .flags = flags};
  }
  static FakeCall::Request asking(pbay_mode mode,
                                  const std::string& dialect,
                                  const std::string& model,
                                  const std::string& body,
                                  std::uint32_t flags = kSame) {
    return {.model = model, .body = body, .flags = flags, .mode = mode, .dialect = dialect};
  }
  Answer answer(FakeProvider& provider, FakeCall::Request request) {
    EXPECT_EQ(provider.status(), PBAY_OK) << host_.setup_error().message;
    FakeCall call(provider, std::move(request));
    Answer got{.started = call.start(), .completed = 1, .events = {}, .error = {}};
    if (got.started == PBAY_OK) {
      call.run_until_complete();
      got.completed = call.completion();
    }
    got.events = call.transcript();
    got.error = call.error();
    return got;
  }
  Answer answer(FakeCall::Request request, const std::string& given = config()) {
    FakeProvider provider(module_, given);
    return answer(provider, std::move(request));
  }
  // Of a request that is answered well.
  std::string said(FakeCall::Request request, const std::string& given = config()) {
    const Answer got = answer(std::move(request), given);
    EXPECT_EQ(got.started, PBAY_OK) << got.error.message;
    EXPECT_EQ(got.completed, PBAY_OK) << got.error.message;
    return got.events;
  }
  std::string refusal(const std::string& given) {
    FakeProvider provider(module_, given);
    EXPECT_EQ(provider.status(), PBAY_E_CONFIG);
    return host_.setup_error().param + ": " + host_.setup_error().message;
  }

  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/replay/libpatchbay_replay.so", host_};
};

TEST_F(Replay, GivesAWholeAnswerByteForByte) {
  const std::string events = said(asking(chat("What is the capital of France?"), kSame));
  EXPECT_THAT(events, StartsWith("RAW \"{\\\"id\\\": \\\"chatcmpl-1\\\""));
  EXPECT_THAT(events, HasSubstr("\\\"content\\\": \\\"Paris.\\\""));
  EXPECT_THAT(events, EndsWith("\\\"x_unknown\\\": true}\"\n"));
}

TEST_F(Replay, GivesAStreamPieceByPiece) {
  const std::string events = said(asking(chat("Count to three"), kSameStream));
  EXPECT_EQ(std::count(events.begin(), events.end(), '\n'), 4) << events;
  EXPECT_THAT(events, StartsWith("RAW \"{\\\"id\\\": \\\"chatcmpl-2\\\""));
  EXPECT_THAT(events, HasSubstr("\\\"content\\\": \\\" three\\\""));
  EXPECT_THAT(events, Not(HasSubstr("DONE"))) << "the host says so";
}

TEST_F(Replay, SaysInEventsWhatAnotherClientIsToRead) {
  for (const std::uint32_t flags : {std::uint32_t{PBAY_REQ_STREAM}, std::uint32_t{0}}) {
    const std::string events = said(asking(chat("Count to three"), flags));
    EXPECT_THAT(events, StartsWith("META id=\"chatcmpl-2\" model=\"gpt-4o-mini\""));
    EXPECT_THAT(events,
                EndsWith("TEXT 0.0 \"One\"\nTEXT 0.0 \" two\"\nTEXT 0.0 \" three\"\n"
                         "ITEM_END 0.0\nFINISH 0 stop \"stop\"\n"));
  }
}

TEST_F(Replay, MakesAStreamOfAWholeAnswerAndTheOtherWayRound) {
  EXPECT_THAT(said(asking(chat("What is the capital of France?"), kSameStream)),
              HasSubstr("TEXT 0.0 \"Paris.\"\n"));
  EXPECT_THAT(said(asking(chat("Count to three"), kSame)), HasSubstr("TEXT 0.0 \" two\"\n"));
}

TEST_F(Replay, GivesRecordedErrors) {
  const Answer got = answer(asking(chat("Roll a die"), kSame));
  EXPECT_EQ(got.completed, PBAY_E_FAIL);
  EXPECT_EQ(got.error.category, PBAY_ERR_RATE_LIMIT);
  EXPECT_EQ(got.error.message, "Slow down");
  EXPECT_EQ(got.error.code, "rate_limit_exceeded");
  EXPECT_EQ(got.error.retry_after_ms, 2000);
  EXPECT_THAT(got.error.upstream_body, HasSubstr("Slow down"));
}

TEST_F(Replay, GivesEachOfSeveralAnswersItsTurn) {
  FakeProvider provider(module_, config());
  EXPECT_EQ(answer(provider, asking(chat("Roll a die"), kSame)).completed, PBAY_E_FAIL);
  EXPECT_EQ(answer(provider, asking(chat("Roll a die"), kSame)).completed, PBAY_OK);
  EXPECT_EQ(answer(provider, asking(chat("Roll a die"), kSame)).completed, PBAY_E_FAIL);
}

TEST_F(Replay, FindsARequestWhateverItsSpelling) {
  const std::string spelt =
      "{ \"messages\" : [{\"content\":\"Be brief.\",\"role\":\"system\"},"
      "{\"content\":\"What is the c\\u0061pital of France?\",\"role\":\"user\"}],\n"
      "\"model\":\"gpt-4o-mini\"}";
  EXPECT_THAT(said(asking(spelt, kSame), config(R"(,"match":"exact")")), HasSubstr("Paris"));
}

TEST_F(Replay, FindsTheSameMessagesUnderOtherSettings) {
  const std::string warmer = chat("What is the capital of France?", R"(,"temperature":1)");
  EXPECT_THAT(said(asking(warmer, kSame)), HasSubstr("Paris."));
  EXPECT_EQ(answer(asking(warmer, kSame), config(R"(,"match":"exact")")).started, PBAY_E_FAIL);
}

TEST_F(Replay, FindsTheSameLastMessageAfterAnotherBeginning) {
  const std::string other = R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"},)"
                            R"({"role":"assistant","content":"Hello"},{"role":"user","content":)"
                            R"([{"type":"text","text":" Count to three"}]}]})";
  EXPECT_THAT(said(asking(other, kSameStream)), HasSubstr(" three"));
}

TEST_F(Replay, PrefersTheModelThatWasAskedFor) {
  FakeCall::Request request = asking(chat("What is the capital of France?"), kSame);
  request.model = "gpt-4.1";
  EXPECT_THAT(said(request), HasSubstr("It is Paris."));
  request.model = "unheard-of";
  EXPECT_THAT(said(request), HasSubstr("Paris."));
  EXPECT_EQ(answer(request, config(R"(,"match":"exact")")).started, PBAY_E_FAIL);
}

// What the client is told; `message` is for the log as well.
std::string told(const FakeError& error) {
  plugins::JsonText json;
  EXPECT_TRUE(json.parse(error.upstream_body)) << error.upstream_body;
  const plugins::JsonValue body = json.root()["error"];
  EXPECT_TRUE(body["code"].says("no_recording"));
  return body["message"].string();
}

TEST_F(Replay, NamesWhatItDidNotFindAndWhatIsNear) {
  const Answer got = answer(asking(chat("What is the capital of Norway?"), kSame));
  EXPECT_EQ(got.started, PBAY_E_FAIL);
  EXPECT_EQ(got.error.category, PBAY_ERR_NOT_FOUND);
  EXPECT_EQ(got.error.code, "no_recording");
  EXPECT_EQ(got.error.message,
            "No recording of chat/completions with `gpt-4o-mini` answers this request");
  EXPECT_EQ(told(got.error),
            "No recording of chat/completions with `gpt-4o-mini` answers this request (\"What is "
            "the capital of Norway?\"). The nearest: `gpt-4o-mini` \"What is the capital of "
            "France?\"; `gpt-4.1` \"What is the capital of France?\"; `gpt-4o-mini` \"Count to "
            "three\".");
}

TEST_F(Replay, NamesTheOperationsWhereItHasNoneOfThatOne) {
  const Answer got =
      answer(asking(PBAY_MODE_CHAT, "openai.completions/1", "m", R"({"prompt":"x"})"));
  EXPECT_EQ(told(got.error),
            "No recording of completions with `m` answers this request (\"x\"). There are "
            "recordings of audio/speech audio/transcriptions chat/completions embeddings "
            "images/generations models moderations responses.");
}

TEST_F(Replay, NamesAFamilyThatItDoesNotRead) {
  const Answer got = answer(asking(chat("Anything else"), kSame),
                            config("", PATCHBAY_TEST_FIXTURES "/replay/mixed"));
  EXPECT_THAT(told(got.error),
              EndsWith(" Not read here: 1 of openai (chat/completions/abc), 1 of vendor-x "
                       "(messages)."));
}

TEST_F(Replay, GivesEmbeddingsImagesAndModerations) {
  const std::string embeddings = R"({"model":"x","input":["a","b"],"encoding_format":"float"})";
  EXPECT_THAT(
      said(
          asking(PBAY_MODE_EMBEDDING, "openai.embeddings/1", "text-embedding-3-small", embeddings)),
      StartsWith("RAW \"{\\\"object\\\": \\\"list\\\""));
  EXPECT_THAT(
      said(asking(
          PBAY_MODE_EMBEDDING, "openai.embeddings/1", "text-embedding-3-small", embeddings, 0)),
      HasSubstr("EMBEDDING 1 kind=2 dims=2 [0, 1]\n"));
  const std::string prompt = R"({"prompt":"a cat","n":1})";
  EXPECT_THAT(said(asking(PBAY_MODE_IMAGE, "openai.images.generations/1", "dall-e-3", prompt, 0)),
              HasSubstr("revised_prompt=\"a grey cat\" \"https://img.example/1.png\"\n"));
  EXPECT_THAT(
      said(asking(PBAY_MODE_MODERATION, "openai.moderations/1", "m", R"({"input":"fine"})")),
      StartsWith("RAW \"{\\\"id\\\": \\\"modr-1\\\""));
}

TEST_F(Replay, GivesSoundInPieces) {
  const std::string events = said(asking(
      PBAY_MODE_SPEECH, "openai.audio.speech/1", "tts-1", R"({"input":"Hello","voice":"alloy"})"));
  std::istringstream lines(events);
  int pieces = 0;
  for (std::string line; std::getline(lines, line);)
    pieces += line.starts_with("AUDIO 0.0 type=\"audio/mpeg\"") ? 1 : 0;
  EXPECT_EQ(pieces, 2);
}

TEST_F(Replay, FindsATranscriptByItsRecording) {
  const auto upload = [](const std::string& sound, const std::string& format) {
    FakeCall::Request request =
        asking(PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1", "whisper-1", "");
    request.parts = {{"file", sound, "any-name.wav", "audio/wav"}, {"model", "alias"}};
    if (!format.empty()) request.parts.push_back({"response_format", format});
    return request;
  };
  EXPECT_THAT(said(upload("RIFFxyz", "")), HasSubstr("Hello there"));
  EXPECT_THAT(said(upload("RIFFxyz", "verbose_json")), HasSubstr("Hello there"));
  EXPECT_THAT(said(upload("RIFFother", "srt")), StartsWith("TEXT 0.0 \"1\\n00:00:00,000"));
  EXPECT_EQ(answer(upload("RIFFnew", "")).error.code, "no_recording");
}

TEST_F(Replay, PassesResponsesOnAndDoesNotTranslateThem) {
  const std::string body = R"({"model":"gpt-4o","input":"Say hi","stream":true})";
  EXPECT_EQ(said(asking(PBAY_MODE_CHAT, "openai.responses/1", "gpt-4o", body, kSameStream)),
            "RAW \"{\\\"type\\\":\\\"response.created\\\"}\"\n"
            "RAW \"{\\\"type\\\":\\\"response.completed\\\"}\"\n");
  EXPECT_EQ(answer(asking(PBAY_MODE_CHAT, "openai.responses/1", "gpt-4o", body, kSame)).error.code,
            "no_recording");
}

TEST_F(Replay, ListsModels) {
  EXPECT_THAT(said(asking(PBAY_MODE_MODELS, "openai.models/1", "", "", 0)),
              StartsWith("MODEL id=\"gpt-4o-mini\" owner=\"system\""));
  FakeProvider provider(module_, config());
  const pbay_provider_caps caps = provider.describe();
  std::string names;
  for (std::size_t i = 0; i < caps.model_count; ++i)
    names += std::string(caps.models[i]->id.ptr, caps.models[i]->id.len) + " ";
  EXPECT_EQ(names,
            "dall-e-3 gpt-4.1 gpt-4o gpt-4o-mini omni-moderation-latest text-embedding-3-small "
            "tts-1 whisper-1 ");
}

TEST_F(Replay, SaysTheSameSlowlyAndToAClientThatIsSlow) {
  for (const std::uint32_t flags : {kSameStream, std::uint32_t{PBAY_REQ_STREAM}}) {
    const std::string whole = said(asking(chat("Count to three"), flags));
    for (const char* pace :
         {R"(,"pace":"recorded")", R"(,"first_delay_ms":1,"piece_delay_ms":1)"}) {
      EXPECT_EQ(said(asking(chat("Count to three"), flags), config(pace)), whole) << pace;
    }
    host_.room = 0;
    FakeProvider provider(module_, config());
    FakeCall tight(provider, asking(chat("Count to three"), flags));
    EXPECT_EQ(tight.start(), PBAY_OK);
    EXPECT_EQ(tight.transcript(), "");
    for (int turns = 0; tight.completions() == 0 && turns < 100; ++turns) {
      host_.room = 1;
      tight.writable();
    }
    EXPECT_EQ(tight.transcript(), whole);
    host_.room = INT64_MAX;
  }
}

TEST_F(Replay, CompletesOnceWhenCancelled) {
  FakeProvider provider(module_, config(R"(,"first_delay_ms":600000)"));
  FakeCall call(provider, asking(chat("Count to three"), kSameStream));
  EXPECT_EQ(call.start(), PBAY_OK);
  call.writable();
  EXPECT_EQ(call.transcript(), "");
  call.cancel();
  call.cancel();
  EXPECT_EQ(call.completions(), 1);
  EXPECT_EQ(call.completion(), PBAY_E_CANCELLED);
}

TEST_F(Replay, RefusesAWrongConfiguration) {
  EXPECT_EQ(refusal("{}"), "/recordings: must name a folder or a file");
  EXPECT_THAT(refusal(config("", "/no/such/folder")),
              StartsWith("/recordings: cannot read /no/such/folder"));
  EXPECT_THAT(refusal(config("", PATCHBAY_TEST_FIXTURES "/replay")),
              HasSubstr("holds no recordings, which are files named *.jsonl"));
  host_.offers_async = false;
  EXPECT_THAT(refusal(config()), HasSubstr("patchbay.host.async/1"));
}

TEST_F(Replay, TakesAFileAsWell) {
  EXPECT_THAT(said(asking(chat("What is the capital of France?"), kSame),
                   config(R"(,"api_key":"k","base_url":"https://x")", kFolder + "/openai.jsonl")),
              HasSubstr("Paris"));
}

TEST_F(Replay, SaysInTheLogWhatItLeftOut) {
  FakeProvider provider(module_, config("", PATCHBAY_TEST_FIXTURES "/replay/mixed"));
  ASSERT_EQ(provider.status(), PBAY_OK);
  ASSERT_EQ(host_.logs().size(), 1u);
  EXPECT_EQ(host_.logs()[0].level, PBAY_LOG_WARN);
  EXPECT_EQ(host_.logs()[0].message,
            "recordings that `instance` answers with: 1; lines that cannot be read: 2; without a "
            "complete answer: 2; not read here: 1 of openai (chat/completions/abc), 1 of vendor-x "
            "(messages)");
}

}  // namespace
}  // namespace patchbay::testing
