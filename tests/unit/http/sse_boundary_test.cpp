#include "core/http/sse_boundary.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

// The offsets in the whole stream just after each event, one byte at a time and without tricks.
std::vector<std::size_t> boundaries_of(std::string_view stream) {
  std::vector<std::size_t> found;
  bool line_empty = true;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    if (stream[i] != '\r' && stream[i] != '\n') {
      line_empty = false;
      continue;
    }
    const bool crlf = stream[i] == '\r' && i + 1 < stream.size() && stream[i + 1] == '\n';
    if (line_empty) found.push_back(i + 1);
    if (line_empty && crlf) found.push_back(i + 2);
    line_empty = true;
    if (crlf) ++i;
  }
  return found;
}

// Feeds the pieces and checks each answer against the boundaries of the whole.
void check(std::string_view stream, const std::vector<std::size_t>& cuts) {
  const std::vector<std::size_t> boundaries = boundaries_of(stream);
  SseBoundary boundary;
  std::size_t start = 0;
  for (const std::size_t end : cuts) {
    std::size_t expected = 0;
    for (const std::size_t at : boundaries) {
      if (at > start && at <= end) expected = at - start;
    }
    ASSERT_EQ(boundary.feed(stream.substr(start, end - start)), expected)
        << "bytes " << start << " to " << end << " of " << stream;
    start = end;
  }
}

const std::string kStreams[] = {
    "data: a\n\ndata: b\n\n",
    "data: a\r\n\r\ndata: b\r\n\r\n",
    "data: a\r\rdata: b\r\r",
    "event: x\r\ndata: a\n\r\n: ping\n\ndata: unfinished\r\n",
    "\n\r\n\r\r\n\n",
    "data: a\n\r\ndata: b\r\n\n\r\rdata",
    "data: a",
};

TEST(SseBoundary, FindsTheEndOfTheLastEventAtEveryCut) {
  for (const std::string& stream : kStreams) {
    for (std::size_t first = 0; first <= stream.size(); ++first) {
      for (std::size_t second = first; second <= stream.size(); ++second) {
        check(stream, {first, second, stream.size()});
      }
    }
    std::vector<std::size_t> every(stream.size());
    for (std::size_t i = 0; i < every.size(); ++i)
      every[i] = i + 1;
    check(stream, every);
  }
}

TEST(SseBoundary, AgreesWithThePlainWayOnRandomStreams) {
  std::mt19937 random(3);
  for (int round = 0; round < 5000; ++round) {
    std::string stream(1 + random() % 40, ' ');
    for (char& byte : stream)
      byte = "\r\n\r\nab"[random() % 6];
    std::vector<std::size_t> cuts;
    for (std::size_t at = 0; at < stream.size();) {
      at = std::min<std::size_t>(stream.size(), at + 1 + random() % 8);
      cuts.push_back(at);
    }
    check(stream, cuts);
  }
}

TEST(SseBoundary, SaysWhetherTheStreamStandsBetweenEvents) {
  SseBoundary boundary;
  EXPECT_TRUE(boundary.between_events());
  boundary.feed("data: a");
  EXPECT_FALSE(boundary.between_events());
  boundary.feed("\n");
  EXPECT_FALSE(boundary.between_events());
  boundary.feed("\n");
  EXPECT_TRUE(boundary.between_events());
  boundary.feed("");
  EXPECT_TRUE(boundary.between_events());
  boundary.feed("data: b\r\n\r");
  EXPECT_TRUE(boundary.between_events()) << "the CR ends the event";
  EXPECT_EQ(boundary.feed("\n"), 1U) << "the LF belongs to it";
  EXPECT_TRUE(boundary.between_events());
  boundary.feed("data: c\n\ndata");
  EXPECT_FALSE(boundary.between_events());
}

}  // namespace
}  // namespace patchbay::http
