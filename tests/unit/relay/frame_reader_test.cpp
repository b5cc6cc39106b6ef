#include "core/relay/frame_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/chat/event.hpp"

namespace patchbay::relay {
namespace {

using Frames = std::vector<std::string>;

// The frames of a body that arrives in two pieces, as "event|data".
Frames read(pbay_framing framing, std::string_view body, std::size_t cut) {
  FrameReader reader(framing);
  Frames frames;
  const auto take = [&](const std::vector<pbay_frame>& batch) {
    for (const pbay_frame& frame : batch) {
      frames.push_back(std::string(chat::view(frame.event)) + "|" +
                       std::string(chat::view(frame.data)));
    }
    return true;
  };
  EXPECT_TRUE(reader.feed(body.substr(0, cut), take));
  EXPECT_TRUE(reader.feed(body.substr(cut), take));
  EXPECT_TRUE(reader.finish(take));
  return frames;
}

TEST(FrameReader, CutsEventsTheSameAtEveryCut) {
  const std::string body =
      "event: a\r\ndata: one\r\n\r\n: comment\n\ndata: two\ndata: lines\n\ndata: \xC3\xA9\n\ndata: "
      "last";
  const Frames expected{"a|one", "|two\nlines", "|\xC3\xA9", "|last"};
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    EXPECT_EQ(read(PBAY_FRAME_SSE, body, cut), expected) << "cut at byte " << cut;
  }
}

TEST(FrameReader, CutsLinesTheSameAtEveryCut) {
  const std::string body = "{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}";
  const Frames expected{"|{\"a\":1}", "|{\"b\":2}", "|{\"c\":3}"};
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    EXPECT_EQ(read(PBAY_FRAME_NDJSON, body, cut), expected) << "cut at byte " << cut;
  }
}

TEST(FrameReader, GivesTheWholeAtTheEnd) {
  EXPECT_EQ(read(PBAY_FRAME_WHOLE, "{\"a\":1}", 3), Frames{"|{\"a\":1}"});
}

TEST(FrameReader, GivesAnEmptyWholeToo) {
  EXPECT_EQ(read(PBAY_FRAME_WHOLE, "", 0), Frames{"|"});
}

TEST(FrameReader, GivesBytesAsTheyCome) {
  EXPECT_EQ(read(PBAY_FRAME_BYTES, "abcd", 2), (Frames{"|ab", "|cd"}));
}

TEST(FrameReader, MayBeDestroyedByWhoTakesAndStops) {
  auto reader = std::make_unique<FrameReader>(PBAY_FRAME_SSE);
  std::string first;
  const Status status = reader->feed("data: 1\n\ndata: 2\n\n", [&](const auto& frames) {
    first = chat::view(frames[0].data);
    reader.reset();
    return false;
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(first, "1");
}

TEST(ResolveFraming, GoesByTheMediaType) {
  EXPECT_EQ(resolve_framing(PBAY_FRAME_AUTO, "text/event-stream; charset=utf-8"), PBAY_FRAME_SSE);
  EXPECT_EQ(resolve_framing(PBAY_FRAME_AUTO, "application/x-ndjson"), PBAY_FRAME_NDJSON);
  EXPECT_EQ(resolve_framing(PBAY_FRAME_AUTO, "application/json"), PBAY_FRAME_WHOLE);
  EXPECT_EQ(resolve_framing(PBAY_FRAME_SSE, "application/json"), PBAY_FRAME_SSE);
}

}  // namespace
}  // namespace patchbay::relay
