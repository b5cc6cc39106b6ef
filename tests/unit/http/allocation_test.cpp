// The headers promise that the way of an event, a line or a request target allocates nothing.

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/http/ndjson_parser.hpp"
#include "core/http/sse_boundary.hpp"
#include "core/http/sse_parser.hpp"
#include "core/http/target.hpp"
#include "core/http/url.hpp"
#include "tests/support/allocations.hpp"

namespace patchbay::http {
namespace {

TEST(Allocations, AreCounted) {
  std::string text;
  EXPECT_GT(allocations_in([&] { text.assign(1000, 'x'); }), 0U);
}

TEST(Allocations, SseEventsOfOnePieceNeedNone) {
  const std::string piece =
      ": ping\n\nevent: content_block_delta\nid: an-identifier-of-some-length-1\ndata: " +
      std::string(300, 'x') + "\n\ndata: " + std::string(300, 'y') + "\n\n";
  SseParser parser({.max_event_bytes = 4096});
  const auto ignore = [](const SseEvent&) {};
  ASSERT_TRUE(parser.feed(piece, ignore));  // the first piece's id is copied to a new buffer
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < 100; ++i)
                (void)parser.feed(piece, ignore);
            }),
            0U);
}

TEST(Allocations, SseEventsInManyPiecesNeedNoneOnceWarm) {
  const std::string stream = "event: content_block_delta\ndata: " + std::string(300, 'x') +
                             "\ndata: " + std::string(300, 'y') + "\n\n";
  SseParser parser({.max_event_bytes = 4096});
  const auto feed_all = [&] {
    for (std::string_view rest = stream; !rest.empty(); rest.remove_prefix(2)) {
      (void)parser.feed(rest.substr(0, 2), [](const SseEvent&) {});
    }
  };
  feed_all();
  EXPECT_EQ(allocations_in(feed_all), 0U);
}

TEST(Allocations, SseBoundariesNeedNone) {
  const std::string piece = "data: a\n\ndata: b\r\n\r\ndata";
  SseBoundary boundary;
  EXPECT_EQ(allocations_in([&] { boundary.feed(piece); }), 0U);
}

TEST(Allocations, LinesOfOnePieceNeedNone) {
  const std::string piece = std::string(300, 'x') + "\n" + std::string(300, 'y') + "\r\n";
  NdjsonParser parser({.max_line_bytes = 4096});
  EXPECT_EQ(allocations_in([&] { (void)parser.feed(piece, [](std::string_view) {}); }), 0U);
}

TEST(Allocations, TargetsAndUrlsNeedNone) {
  const std::string target = "/v1/models/openai%2Fa-model-with-a-long-name?limit=20";
  const std::string url = "https://a-host-with-a-long-name.example.com:8443/v1/chat/completions";
  Path path;
  ASSERT_TRUE(path.assign(target.substr(0, target.find('?'))));
  EXPECT_EQ(allocations_in([&] {
              const auto parsed = parse_target(target);
              (void)path.assign(parsed->path);
              (void)parse_url(url);
            }),
            0U);
  EXPECT_EQ(path.segments().back(), "openai/a-model-with-a-long-name");
}

}  // namespace
}  // namespace patchbay::http
