#include "core/http/ndjson_parser.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

using Lines = std::vector<std::string>;

struct Outcome {
  Lines lines;
  bool failed = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome_of(const std::vector<std::string_view>& pieces, std::size_t limit = 1000) {
  NdjsonParser parser({.max_line_bytes = limit});
  Outcome outcome;
  const auto collect = [&](std::string_view line) { outcome.lines.emplace_back(line); };
  for (const std::string_view piece : pieces) {
    const std::vector<char> bytes(piece.begin(), piece.end());
    if (!parser.feed({bytes.data(), bytes.size()}, collect)) outcome.failed = true;
  }
  const Status end = parser.finish(collect);
  EXPECT_EQ(!end, outcome.failed) << "a spent parser stays spent";
  if (!end) {
    EXPECT_EQ(end.error().code, ErrorCode::kTooLarge);
  }
  return outcome;
}

TEST(NdjsonParser, CutsLinesWhereverTheStreamIsCut) {
  struct Case {
    std::string stream;
    Lines lines;
  };
  const Case cases[] = {
      {"", {}},
      {"{}\n", {"{}"}},
      {"{\"a\":1}\n{\"b\":2}\n", {"{\"a\":1}", "{\"b\":2}"}},
      {"{}\r\n[]\r\n", {"{}", "[]"}},
      {"{}\n[]", {"{}", "[]"}},
      {"{}\r", {"{}"}},
      {"\n\n{}\n\r\n\n[]\n\n", {"{}", "[]"}},
      {"a\rb\n", {"a\rb"}},
      {"a\r\r\n", {"a\r"}},
      {" \n", {" "}},
  };
  for (const Case& c : cases) {
    const std::string_view stream = c.stream;
    for (std::size_t first = 0; first <= stream.size(); ++first) {
      for (std::size_t second = first; second <= stream.size(); ++second) {
        const Outcome outcome = outcome_of(
            {stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)});
        ASSERT_EQ(outcome.lines, c.lines) << stream << " cut at " << first << " and " << second;
        ASSERT_FALSE(outcome.failed);
      }
    }
  }
}

TEST(NdjsonParser, HandsOutViewsWhereALineLiesInOnePiece) {
  const std::string piece = "{\"a\":1}\n{\"b\":2}\r\n";
  NdjsonParser parser({.max_line_bytes = 100});
  const auto in_piece = [&](std::string_view line) {
    EXPECT_TRUE(line.data() >= piece.data() && line.data() < piece.data() + piece.size());
  };
  EXPECT_TRUE(parser.feed(piece, in_piece));
  EXPECT_TRUE(parser.feed(piece, in_piece));
}

TEST(NdjsonParser, RefusesALineOverTheLimitWhereverItIsCut) {
  struct Case {
    std::string stream;
    std::size_t limit;
    Outcome outcome;
  };
  const Case cases[] = {
      {"0123\n4567\n", 4, {{"0123", "4567"}, false}},
      {"0123\n45678\n9\n", 4, {{"0123"}, true}},
      {"0123\n45678", 4, {{"0123"}, true}},
      {"0123\r\n", 4, {{}, true}},  // the CR counts: it might have been part of the line
  };
  for (const Case& c : cases) {
    const std::string_view stream = c.stream;
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      EXPECT_EQ(outcome_of({stream.substr(0, cut), stream.substr(cut)}, c.limit), c.outcome)
          << stream << " cut at " << cut;
    }
  }
}

TEST(NdjsonParser, StopsWhenToldAndMayThenBeDestroyed) {
  std::optional<NdjsonParser> parser(NdjsonParser::Options{.max_line_bytes = 100});
  int lines = 0;
  EXPECT_TRUE(parser->feed("1\n2\n3\n", [&](std::string_view) {
    if (++lines < 2) return true;
    parser.reset();
    return false;
  }));
  EXPECT_EQ(lines, 2);
}

}  // namespace
}  // namespace patchbay::http
