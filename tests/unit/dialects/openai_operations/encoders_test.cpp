// The endpoints beside chat, as their clients read them.

#include <cstring>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/dialects/openai_audio/speech_encoder.hpp"
#include "core/dialects/openai_audio/transcript_encoder.hpp"
#include "core/dialects/openai_completions/encoder.hpp"
#include "core/dialects/openai_embeddings/encoder.hpp"
#include "core/dialects/openai_images/encoder.hpp"
#include "tests/support/event_builder.hpp"

namespace patchbay::dialects {
namespace {

using Options = openai_operation::OperationEncoder::Options;
using test::event;
using test::extra;
using test::finish;
using test::meta;
using test::text;
using test::usage;

// Feeds events and gives what the client gets, all in one.
class Answer {
 public:
  explicit Answer(std::unique_ptr<chat::Encoder> encoder) : encoder_(std::move(encoder)) {}

  template <typename Event>
  Answer& add(const Event& event) {
    EXPECT_EQ(encoder_->on_event(reinterpret_cast<const pbay_event&>(event), out_), PBAY_OK);
    return *this;
  }
  template <typename Event>
  pbay_status status_of(const Event& event) {
    return encoder_->on_event(reinterpret_cast<const pbay_event&>(event), out_);
  }
  std::string finish() {
    encoder_->finish(out_);
    return out_;
  }
  chat::Encoder& encoder() { return *encoder_; }
  const std::string& out() const { return out_; }

 private:
  std::unique_ptr<chat::Encoder> encoder_;
  std::string out_;
};

pbay_ev_embedding embedding(std::uint32_t input, std::int32_t kind, std::string_view data) {
  auto made = event<pbay_ev_embedding>(PBAY_EV_EMBEDDING, input);
  made.kind = kind;
  made.data = chat::as_bytes(data);
  return made;
}

std::string floats(std::initializer_list<float> numbers) {
  std::string bytes;
  for (const float number : numbers)
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  return bytes;
}

Answer embeddings(bool base64) {
  return Answer(std::make_unique<openai_embeddings::Encoder>(Options{.model = "m"}, base64));
}

// 0.1F, -2 and 0.5, little-endian.
constexpr const char* kBase64 = "zczMPQAAAMAAAAA/";

TEST(EmbeddingsEncoder, WritesNumbersWhateverTheyCameAs) {
  const std::string bytes = floats({0.1F, -2, 0.5F});
  for (const pbay_ev_embedding& vector : {embedding(0, PBAY_VEC_F32, bytes),
                                          embedding(0, PBAY_VEC_JSON, "[0.1,-2,0.5]"),
                                          embedding(0, PBAY_VEC_BASE64, kBase64)}) {
    EXPECT_EQ(embeddings(false).add(vector).add(usage(4, 0)).finish(),
              R"({"object":"list","data":[{"object":"embedding","index":0,)"
              R"("embedding":[0.1,-2,0.5]}],"model":"m",)"
              R"("usage":{"prompt_tokens":4,"total_tokens":4}})");
  }
}

TEST(EmbeddingsEncoder, WritesBase64WhateverTheyCameAs) {
  const std::string bytes = floats({0.1F, -2, 0.5F});
  for (const pbay_ev_embedding& vector : {embedding(0, PBAY_VEC_F32, bytes),
                                          embedding(0, PBAY_VEC_JSON, "[ 1e-1 , -2.0,\n0.5]"),
                                          embedding(0, PBAY_VEC_BASE64, kBase64)}) {
    const std::string body = embeddings(true).add(vector).finish();
    EXPECT_NE(body.find(std::string(R"("embedding":")") + kBase64 + '"'), std::string::npos)
        << body;
  }
}

TEST(EmbeddingsEncoder, KeepsTheOrderOfTheInputs) {
  const std::string body = embeddings(false)
                               .add(embedding(1, PBAY_VEC_JSON, "[2]"))
                               .add(embedding(0, PBAY_VEC_JSON, "[1]"))
                               .finish();
  EXPECT_LT(body.find("\"index\":0,\"embedding\":[1]"), body.find("\"index\":1,\"embedding\":[2]"));
}

TEST(EmbeddingsEncoder, RefusesWhatIsNoVector) {
  EXPECT_LT(embeddings(false).status_of(embedding(0, PBAY_VEC_F32, "abc")), 0);
  EXPECT_LT(embeddings(true).status_of(embedding(0, PBAY_VEC_JSON, "[1,x]")), 0);
  EXPECT_LT(embeddings(false).status_of(embedding(0, PBAY_VEC_BASE64, "!!!!")), 0);
  EXPECT_LT(embeddings(false).status_of(embedding(4'000'000'000U, PBAY_VEC_JSON, "[]")), 0);
}

pbay_ev_image image(std::int32_t kind, std::string_view data, std::int32_t partial = -1) {
  auto made = event<pbay_ev_image>(PBAY_EV_IMAGE);
  made.kind = kind;
  made.partial = partial;
  made.mime = chat::as_str("image/webp");
  made.data = chat::as_bytes(data);
  return made;
}

Answer images(openai_images::Encoder::Form form = {}, bool stream = false) {
  return Answer(
      std::make_unique<openai_images::Encoder>(Options{.model = "m", .stream = stream}, form));
}

TEST(ImagesEncoder, ListsImages) {
  auto revised = image(PBAY_DATA_URL, "https://x/1.png");
  revised.revised_prompt = chat::as_str("a \"cat\"");
  EXPECT_EQ(images()
                .add(meta("", "m", 7))
                .add(revised)
                .add(image(PBAY_DATA_BYTES, "foo"))
                .add(image(PBAY_DATA_BASE64, "preview", 0))
                .add(extra(PBAY_AT_ANSWER, "quality", "\"hd\""))
                .finish(),
            R"({"created":7,"data":[{"url":"https://x/1.png","revised_prompt":"a \"cat\""},)"
            R"({"b64_json":"Zm9v"}],"quality":"hd"})");
}

TEST(ImagesEncoder, GivesUrlsWhereTheyWereAskedFor) {
  EXPECT_EQ(images({.as_url = true, .edit = false, .output_format = {}})
                .add(meta("", "", 7))
                .add(image(PBAY_DATA_BASE64, "Zm9v"))
                .finish(),
            R"({"created":7,"data":[{"url":"data:image/webp;base64,Zm9v"}]})");
}

TEST(ImagesEncoder, StreamsPreviewsAndTheFinalImage) {
  Answer answer = images({}, true);
  answer.add(meta("", "", 7)).add(image(PBAY_DATA_BASE64, "cA", 0)).add(usage(1, 2));
  answer.add(image(PBAY_DATA_BASE64, "ZQ"));
  EXPECT_EQ(answer.encoder().content_type(), "text/event-stream");
  const std::string out = answer.finish();
  EXPECT_EQ(out.find("event: image_generation.partial_image\ndata: "
                     R"({"type":"image_generation.partial_image","b64_json":"cA",)"
                     R"("partial_image_index":0,"created_at":7,"output_format":"webp"})"
                     "\n\nevent: image_generation.completed\ndata: "),
            0U)
      << out;
  EXPECT_NE(out.find(R"("usage":{"input_tokens":1,"output_tokens":2)"), std::string::npos);
}

TEST(CompletionsEncoder, WritesAnAnswer) {
  Answer answer(std::make_unique<openai_completions::Encoder>(Options{.model = "m"}, false));
  answer.add(meta("c1", "up", 7)).add(text(PBAY_EV_TEXT, "a\n")).add(text(PBAY_EV_TEXT, "b"));
  answer.add(finish(PBAY_FINISH_LENGTH));
  EXPECT_EQ(answer.finish(),
            R"({"id":"c1","object":"text_completion","created":7,"model":"up","choices":[)"
            R"({"text":"a\nb","index":0,"logprobs":null,"finish_reason":"length"}]})");
}

TEST(CompletionsEncoder, StreamsAnAnswer) {
  Answer answer(
      std::make_unique<openai_completions::Encoder>(Options{.model = "m", .stream = true}, true));
  answer.add(meta("c1", "up", 7)).add(text(PBAY_EV_TEXT, "a")).add(usage(1, 2));
  const std::string out = answer.finish();
  const std::string head =
      R"(data: {"id":"c1","object":"text_completion","created":7,"model":"up","choices":[)";
  EXPECT_EQ(out.find(head + R"({"text":"a","index":0,"logprobs":null,"finish_reason":null}],)"
                            R"("usage":null})"),
            0U)
      << out;
  EXPECT_NE(out.find(R"("finish_reason":"stop")"), std::string::npos) << "nobody said finish";
  EXPECT_NE(out.find(head + R"(],"usage":{"prompt_tokens":1)"), std::string::npos) << out;
  EXPECT_TRUE(out.ends_with("data: [DONE]\n\n"));
}

pbay_ev_segment segment(std::string_view words, std::int64_t start_us, std::int64_t end_us) {
  auto made = event<pbay_ev_segment>(PBAY_EV_SEGMENT);
  made.text = chat::as_str(words);
  made.start_us = start_us;
  made.end_us = end_us;
  return made;
}

std::string transcript(openai_audio::TranscriptForm form, bool stream = false) {
  Answer answer(std::make_unique<openai_audio::TranscriptEncoder>(
      Options{.model = "m", .stream = stream}, form, false));
  answer.add(text(PBAY_EV_TEXT, "Hi \"there\". "))
      .add(text(PBAY_EV_TEXT, "Bye."))
      .add(segment(" Hi \"there\".", 0, 1'500'000))
      .add(segment(" Bye.", 3'661'002'000, 3'662'000'000))
      .add(extra(PBAY_AT_ANSWER, "language", "\"english\""));
  return answer.finish();
}

TEST(TranscriptEncoder, KnowsEveryForm) {
  using enum openai_audio::TranscriptForm;
  EXPECT_EQ(transcript(kJson), R"({"text":"Hi \"there\". Bye."})");
  EXPECT_EQ(transcript(kText), "Hi \"there\". Bye.\n");
  EXPECT_EQ(transcript(kSrt),
            "1\n00:00:00,000 --> 00:00:01,500\nHi \"there\".\n\n"
            "2\n01:01:01,002 --> 01:01:02,000\nBye.\n\n");
  EXPECT_EQ(transcript(kVtt),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHi \"there\".\n\n"
            "01:01:01.002 --> 01:01:02.000\nBye.\n\n");
  const std::string verbose = transcript(kVerboseJson);
  EXPECT_EQ(verbose.find(R"({"task":"transcribe","language":"english","duration":3662,)"
                         R"("text":"Hi \"there\". Bye.","segments":[{"id":0,)"),
            0U)
      << verbose;
}

TEST(TranscriptEncoder, Streams) {
  EXPECT_EQ(transcript(openai_audio::TranscriptForm::kJson, true),
            "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hi \\\"there\\\". \"}\n\n"
            "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Bye.\"}\n\n"
            "data: {\"type\":\"transcript.text.done\",\"text\":\"Hi \\\"there\\\". Bye.\"}\n\n"
            "data: [DONE]\n\n");
}

pbay_ev_raw sound(std::string_view bytes) {
  auto made = event<pbay_ev_raw>(PBAY_EV_AUDIO);
  made.content_type = chat::as_str("audio/wav");
  made.data = chat::as_bytes(bytes);
  return made;
}

TEST(SpeechEncoder, PassesTheSoundOn) {
  Answer answer(std::make_unique<openai_audio::SpeechEncoder>(Options{}));
  answer.add(sound("ab")).add(sound("c"));
  EXPECT_EQ(answer.encoder().content_type(), "audio/wav");
  EXPECT_EQ(answer.encoder().keep_alive(), "") << "nothing but sound may be among the sound";
  EXPECT_EQ(answer.finish(), "abc");
}

TEST(SpeechEncoder, WritesEventsWhereTheyWereAskedFor) {
  Answer answer(std::make_unique<openai_audio::SpeechEncoder>(Options{.stream = true}));
  answer.add(sound("foo")).add(usage(2, 3));
  EXPECT_EQ(answer.finish(),
            "data: {\"type\":\"speech.audio.delta\",\"audio\":\"Zm9v\"}\n\n"
            "data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":2,"
            "\"output_tokens\":3,\"total_tokens\":5}}\n\ndata: [DONE]\n\n");
}

TEST(OperationEncoder, ShowsTheAliasWhereverTheModelStands) {
  const openai_operation::OperationEncoder encoder({.model = "alias", .keep_model = true});
  const auto shown = [&](std::string_view json) {
    std::string out;
    encoder.show_model(json, out);
    return out;
  };
  EXPECT_EQ(shown(R"({"model":"x"})"), R"({"model":"alias"})");
  EXPECT_EQ(shown(R"({"response":{"id":1, "model" : "x"}})"),
            R"({"response":{"id":1, "model" : "alias"}})");
  EXPECT_EQ(shown(R"({"delta":"x"})"), R"({"delta":"x"})");
}

TEST(OperationEncoder, ReadsUsageByBothSetsOfNames) {
  const auto input = [](std::string_view json) {
    openai_operation::OperationEncoder encoder({});
    encoder.read_usage(json);
    return encoder.usage().input;
  };
  EXPECT_EQ(input(R"({"data":[],"usage":{"prompt_tokens":3,"total_tokens":3}})"), 3);
  EXPECT_EQ(input(R"({"type":"x","response":{"usage":{"input_tokens":5}}})"), 5);
  EXPECT_EQ(input(R"({"usage":null})"), -1);
}

}  // namespace
}  // namespace patchbay::dialects
