#include "core/plugin_host/event_layout.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

// One event of each struct, each view with a text of its own.
struct AllEvents {
  static pbay_event head(std::uint32_t type, std::size_t size) {
    return {static_cast<std::uint32_t>(size), type, 0, 0, 3, 4};
  }

  pbay_str text(const char* value) {
    texts.push_back(std::make_unique<std::string>(value));
    return view_of(*texts.back());
  }
  pbay_bytes bytes(const char* value) {
    const pbay_str view = text(value);
    return {reinterpret_cast<const std::uint8_t*>(view.ptr), view.len};
  }

  std::vector<std::unique_ptr<std::string>> texts;
};

template <typename Event>
Event copied(AllEvents& all, Event event, std::uint32_t type) {
  event.h = AllEvents::head(type, sizeof event);
  EXPECT_EQ(check_event(event.h), EventCheck::kGood);
  static std::vector<OwnedEvent> kept;  // what is looked at must stay
  kept.emplace_back(event.h);
  EXPECT_EQ(kept.back().bytes(), OwnedEvent::bytes_of(event.h));
  for (const auto& text : all.texts)
    text->assign(text->size(), '#');  // the plugin's is gone
  Event copy;
  std::memcpy(&copy, &kept.back().get(), sizeof copy);
  EXPECT_EQ(copy.h.type, type);
  EXPECT_EQ(copy.h.choice, 3U);
  EXPECT_EQ(copy.h.item, 4U);
  return copy;
}

TEST(OwnedEvent, KeepsTheTextOfEveryTextEvent) {
  for (const std::uint32_t type :
       {PBAY_EV_TEXT, PBAY_EV_REASONING, PBAY_EV_REFUSAL, PBAY_EV_TOOL_ARGS}) {
    AllEvents all;
    pbay_ev_text event{};
    event.text = all.text("some text");
    EXPECT_EQ(text_of(copied(all, event, type).text), "some text");
  }
}

TEST(OwnedEvent, KeepsToolAndMeta) {
  AllEvents all;
  pbay_ev_tool tool{};
  tool.id = all.text("call_1");
  tool.name = all.text("weather");
  const pbay_ev_tool tool_copy = copied(all, tool, PBAY_EV_TOOL_BEGIN);
  EXPECT_EQ(text_of(tool_copy.id), "call_1");
  EXPECT_EQ(text_of(tool_copy.name), "weather");

  AllEvents more;
  pbay_ev_meta meta{};
  meta.id = more.text("id");
  meta.model = more.text("model");
  meta.fingerprint = more.text("fp");
  meta.created = 17;
  const pbay_ev_meta meta_copy = copied(more, meta, PBAY_EV_META);
  EXPECT_EQ(text_of(meta_copy.id), "id");
  EXPECT_EQ(text_of(meta_copy.model), "model");
  EXPECT_EQ(text_of(meta_copy.fingerprint), "fp");
  EXPECT_EQ(meta_copy.created, 17);
}

TEST(OwnedEvent, KeepsFinishAndUsage) {
  AllEvents all;
  pbay_ev_finish finish{};
  finish.reason = PBAY_FINISH_TOOLS;
  finish.native = all.text("tool_use");
  const pbay_ev_finish finish_copy = copied(all, finish, PBAY_EV_FINISH);
  EXPECT_EQ(finish_copy.reason, PBAY_FINISH_TOOLS);
  EXPECT_EQ(text_of(finish_copy.native), "tool_use");

  AllEvents more;
  pbay_ev_usage usage = PBAY_USAGE_INIT;
  usage.input = 10;
  usage.native_json = more.bytes("{}");
  const pbay_ev_usage usage_copy = copied(more, usage, PBAY_EV_USAGE);
  EXPECT_EQ(usage_copy.input, 10);
  EXPECT_EQ(usage_copy.output, -1);
  EXPECT_EQ(text_of(usage_copy.native_json), "{}");
}

TEST(OwnedEvent, KeepsRawAudioAndExtra) {
  for (const std::uint32_t type : {PBAY_EV_RAW, PBAY_EV_AUDIO}) {
    AllEvents all;
    pbay_ev_raw raw{};
    raw.content_type = all.text("audio/wav");
    raw.data = all.bytes("RIFF");
    const pbay_ev_raw copy = copied(all, raw, type);
    EXPECT_EQ(text_of(copy.content_type), "audio/wav");
    EXPECT_EQ(text_of(copy.data), "RIFF");
  }
  AllEvents all;
  pbay_ev_extra extra{};
  extra.at = PBAY_AT_DELTA;
  extra.key = all.text("logprobs");
  extra.json = all.bytes("[1]");
  const pbay_ev_extra copy = copied(all, extra, PBAY_EV_EXTRA);
  EXPECT_EQ(copy.at, PBAY_AT_DELTA);
  EXPECT_EQ(text_of(copy.key), "logprobs");
  EXPECT_EQ(text_of(copy.json), "[1]");
}

TEST(OwnedEvent, KeepsImageSegmentAndEmbedding) {
  AllEvents all;
  pbay_ev_image image{};
  image.kind = PBAY_DATA_BYTES;
  image.partial = -1;
  image.mime = all.text("image/png");
  image.data = all.bytes("\x89PNG");
  image.revised_prompt = all.text("a cat");
  const pbay_ev_image image_copy = copied(all, image, PBAY_EV_IMAGE);
  EXPECT_EQ(image_copy.kind, PBAY_DATA_BYTES);
  EXPECT_EQ(image_copy.partial, -1);
  EXPECT_EQ(text_of(image_copy.mime), "image/png");
  EXPECT_EQ(text_of(image_copy.data), "\x89PNG");
  EXPECT_EQ(text_of(image_copy.revised_prompt), "a cat");

  AllEvents more;
  pbay_ev_segment segment{};
  segment.text = more.text("said");
  segment.end_us = 5;
  const pbay_ev_segment segment_copy = copied(more, segment, PBAY_EV_SEGMENT);
  EXPECT_EQ(text_of(segment_copy.text), "said");
  EXPECT_EQ(segment_copy.end_us, 5);

  AllEvents last;
  pbay_ev_embedding embedding{};
  embedding.dims = 2;
  embedding.data = last.bytes("12345678");
  const pbay_ev_embedding embedding_copy = copied(last, embedding, PBAY_EV_EMBEDDING);
  EXPECT_EQ(embedding_copy.dims, 2U);
  EXPECT_EQ(text_of(embedding_copy.data), "12345678");
}

TEST(OwnedEvent, KeepsModelSignatureScoreAndItemEnd) {
  AllEvents all;
  pbay_ev_model model{};
  model.id = all.text("m-1");
  model.owner = all.text("us");
  model.extra_json = all.bytes("{\"a\":1}");
  const pbay_ev_model model_copy = copied(all, model, PBAY_EV_MODEL);
  EXPECT_EQ(text_of(model_copy.id), "m-1");
  EXPECT_EQ(text_of(model_copy.owner), "us");
  EXPECT_EQ(text_of(model_copy.extra_json), "{\"a\":1}");

  AllEvents more;
  pbay_ev_signature signature{};
  signature.format = more.text("vendor.signature");
  signature.data = more.text("c2ln");
  const pbay_ev_signature signature_copy = copied(more, signature, PBAY_EV_SIGNATURE);
  EXPECT_EQ(text_of(signature_copy.format), "vendor.signature");
  EXPECT_EQ(text_of(signature_copy.data), "c2ln");

  AllEvents last;
  pbay_ev_score score{};
  score.score = 0.5;
  score.json = last.bytes("{}");
  const pbay_ev_score score_copy = copied(last, score, PBAY_EV_SCORE);
  EXPECT_EQ(score_copy.score, 0.5);
  EXPECT_EQ(text_of(score_copy.json), "{}");

  const pbay_event end = AllEvents::head(PBAY_EV_ITEM_END, sizeof(pbay_event));
  EXPECT_EQ(check_event(end), EventCheck::kGood);
  EXPECT_EQ(OwnedEvent(end).get().item, 4U);
}

TEST(OwnedEvent, LeavesBehindWhatANewerPluginAdded) {
  struct {
    pbay_ev_text known;
    std::uint64_t added;
  } newer{};
  newer.known.h = AllEvents::head(PBAY_EV_TEXT, sizeof newer);
  newer.known.text = view_of("text");
  ASSERT_EQ(check_event(newer.known.h), EventCheck::kGood);
  const OwnedEvent copy(newer.known.h);
  EXPECT_EQ(copy.get().size, sizeof(pbay_ev_text));
}

TEST(CheckEvent, KnowsAllTypesUpToTheLast) {
  for (std::uint32_t type = 1; type <= PBAY_EV_SCORE; ++type) {
    pbay_event event{};
    event.size = sizeof event;
    event.type = type;
    EXPECT_NE(check_event(event), EventCheck::kUnknown) << type;
  }
  for (const std::uint32_t type : {0U, PBAY_EV_SCORE + 1U, std::uint32_t{PBAY_EV_EXT_FIRST}}) {
    pbay_event event{};
    event.size = sizeof event;
    event.type = type;
    EXPECT_EQ(check_event(event), EventCheck::kUnknown) << type;
  }
}

TEST(CheckEvent, RefusesWhatIsTooSmallOrPointsNowhere) {
  pbay_ev_text event{};
  event.h = AllEvents::head(PBAY_EV_TEXT, sizeof event);
  EXPECT_EQ(check_event(event.h), EventCheck::kGood) << "an empty text may point nowhere";
  event.text.len = 1;
  EXPECT_EQ(check_event(event.h), EventCheck::kMalformed);
  event.text.len = 0;
  event.h.size = sizeof(pbay_event);
  EXPECT_EQ(check_event(event.h), EventCheck::kMalformed);
  event.h.size = 8;
  EXPECT_EQ(check_event(event.h), EventCheck::kMalformed);
}

}  // namespace
}  // namespace patchbay::plugin_host
