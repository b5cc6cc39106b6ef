#include "core/streams/frames.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/streams/hub.hpp"

namespace patchbay::streams {
namespace {

std::vector<std::string> frames_of(std::string_view text, bool lines) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t size = frame_size(text, lines);
    out.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

using Frames = std::vector<std::string>;

TEST(Frames, OfALineProtocolAreLines) {
  EXPECT_EQ(frames_of("0:\"a\"\nd:{}\n", true), (Frames{"0:\"a\"\n", "d:{}\n"}));
  EXPECT_EQ(frames_of("\n\na\r\n", true), (Frames{"\n", "\n", "a\r\n"}));
}

TEST(Frames, OfAnEventStreamEndWithAnEmptyLine) {
  EXPECT_EQ(frames_of("data: a\n\nevent: x\ndata: b\n\n", false),
            (Frames{"data: a\n\n", "event: x\ndata: b\n\n"}));
  EXPECT_EQ(frames_of("data: a\r\n\r\ndata: b\r\n\r\n", false),
            (Frames{"data: a\r\n\r\n", "data: b\r\n\r\n"}));
  EXPECT_EQ(frames_of("data: \\n\\n\n\n", false), (Frames{"data: \\n\\n\n\n"}));
}

TEST(Frames, WithoutAnEndAreWhatIsThere) {
  EXPECT_EQ(frame_size("data: a\ndata: b\n", false), 16U);
  EXPECT_EQ(frame_size("half", true), 4U);
  EXPECT_EQ(frame_size("", true), 0U);
  EXPECT_EQ(frame_size("\n", false), 1U);
}

TEST(Frames, CutAnywhereLoseAndAddNothing) {
  const std::string text = "data: a\n\nid: 7\ndata: b\r\n\r\n: c\n\n\n\n";
  const Frames whole = frames_of(text, false);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    for (const bool lines : {false, true}) {
      std::string joined;
      for (const auto& frame : frames_of(text.substr(cut), lines)) {
        EXPECT_FALSE(frame.empty());
        joined += frame;
      }
      EXPECT_EQ(joined, text.substr(cut));
    }
  }
  EXPECT_EQ(whole[1], "id: 7\ndata: b\r\n\r\n");
}

TEST(StreamId, IsShortAndPlain) {
  EXPECT_TRUE(is_stream_id("018f4a6e-5b1c-7000-8000-000000000001"));
  EXPECT_TRUE(is_stream_id("A_z-9"));
  for (const std::string& wrong : {std::string(),
                                   std::string("a:frames"),
                                   std::string("a b"),
                                   std::string("a\0b", 3),
                                   std::string("../a"),
                                   std::string("\xc3\xa4"),
                                   std::string(65, 'a')}) {
    EXPECT_FALSE(is_stream_id(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace patchbay::streams
