#include "core/http/sse_parser.hpp"

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/http/sse_events.hpp"

namespace patchbay::http {
namespace {

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

TEST(SseParser, HandsOutViewsWhereAnEventLiesInOnePiece) {
  const std::string piece = "event: delta\nid: 1\ndata: {\"a\":1}\n\nevent: delta\ndata: b\n\n";
  SseParser parser(kRoomy);
  int events = 0;
  ASSERT_TRUE(parser.feed(piece, [&](const SseEvent& event) {
    ++events;
    EXPECT_TRUE(lies_in(event.data, piece));
    EXPECT_TRUE(lies_in(event.type, piece));
    EXPECT_TRUE(lies_in(event.id, piece));
  }));
  EXPECT_EQ(events, 2);
}

TEST(SseParser, KeepsAnIdBeyondThePieceItCameIn) {
  EXPECT_EQ(events_of({"id: 42\ndata: a\n\n", "data: b\n\n", "data: c\n\n"}),
            (Events{{"", "a", "42"}, {"", "b", "42"}, {"", "c", "42"}}));
}

TEST(SseParser, TakesManyEventsInManyPiecesOfAnySize) {
  std::string stream;
  Events expected;
  std::mt19937 random(7);
  const char* endings[] = {"\n", "\r\n", "\r"};
  for (int i = 0; i < 300; ++i) {
    const std::string data(random() % 200, 'x');
    const std::string ending = endings[random() % 3];
    const std::string type = random() % 2 == 0 ? "" : "type" + std::to_string(i);
    if (!type.empty()) stream += "event: " + type + ending;
    stream += "data: " + data + ending;
    const bool second = random() % 4 == 0;
    if (second) stream += "data:more" + ending;
    // After a lone CR, an empty line that is a LF would be read as the rest of a CRLF.
    stream += ending;
    expected.push_back({type, second ? data + "\nmore" : data});
  }
  for (std::size_t round = 0; round < 50; ++round) {
    std::vector<std::string_view> pieces;
    std::string_view rest = stream;
    while (!rest.empty()) {
      const std::size_t size = 1 + random() % (round + 1) * 20;
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(std::min(size, rest.size()));
    }
    ASSERT_EQ(events_of(pieces), expected);
  }
}

// The outcome of a stream under a limit: how many events came, and whether it then failed.
struct Outcome {
  int events = 0;
  bool failed = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome_of(const std::vector<std::string_view>& pieces, std::size_t limit) {
  SseParser parser({.max_event_bytes = limit});
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    const Status status = parser.feed(piece, [&](const SseEvent&) { ++outcome.events; });
    if (!status) {
      EXPECT_EQ(status.error().code, ErrorCode::kTooLarge);
      outcome.failed = true;
    } else {
      EXPECT_FALSE(outcome.failed) << "a spent parser stays spent";
    }
  }
  return outcome;
}

TEST(SseParser, RefusesAnEventOverTheLimitWhereverItIsCut) {
  struct Case {
    std::string stream;
    std::size_t limit;
    Outcome outcome;
  };
  const Case cases[] = {
      {"data: 0123456789\n\n", 16, {1, false}},
      {"data: 0123456789\n\n", 15, {0, true}},
      {"data: a\n\ndata: 0123456789a\n\ndata: b\n\n", 16, {1, true}},
      {"data:0123\ndata:4567\n\n", 13, {1, false}},
      {"data:0123\ndata:4567\n\n", 12, {0, true}},
      {": 0123456789 a comment without an end", 20, {0, true}},
      {"data: a\n\ndata: a\n\ndata: a\n\ndata: a\n\n", 7, {4, false}},
      {"event: 0123456789012345\ndata: a\n\n", 16, {0, true}},
  };
  for (const Case& c : cases) {
    const std::string_view stream = c.stream;
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      EXPECT_EQ(outcome_of({stream.substr(0, cut), stream.substr(cut)}, c.limit), c.outcome)
          << stream << " cut at " << cut << " with limit " << c.limit;
    }
  }
}

TEST(SseParser, HoldsNoMoreThanTheLimitOfALineThatNeverEnds) {
  SseParser parser({.max_event_bytes = 1000});
  const std::string piece(100, 'x');
  int accepted = 0;
  while (parser.feed(piece, [](const SseEvent&) {}))
    ASSERT_LT(++accepted, 100);
  EXPECT_EQ(accepted, 10);
}

TEST(SseParser, FailsInFinishAsWell) {
  SseParser parser({.max_event_bytes = 4});
  EXPECT_FALSE(parser.feed("data: 01", [](const SseEvent&) {}));
  EXPECT_FALSE(parser.finish([](const SseEvent&) { ADD_FAILURE() << "a spent parser has none"; }));
}

TEST(SseParser, StopsWhenToldAndMayThenBeDestroyed) {
  std::optional<SseParser> parser(kRoomy);
  int events = 0;
  ASSERT_TRUE(parser->feed("data: a\n\ndata: b\n\ndata: c\n\n", [&](const SseEvent&) {
    if (++events < 2) return true;
    parser.reset();
    return false;
  }));
  EXPECT_EQ(events, 2);
}

TEST(SseParser, CanBeMovedInTheMiddleOfAnEvent) {
  SseParser first(kRoomy);
  Events events;
  const auto collect = [&](const SseEvent& event) {
    events.push_back({std::string(event.type), std::string(event.data), std::string(event.id)});
  };
  ASSERT_TRUE(first.feed("id: 1\nevent: x\ndata: a\ndata: b", collect));
  SseParser second = std::move(first);
  ASSERT_TRUE(second.feed("c\n\n", collect));
  EXPECT_EQ(events, (Events{{"x", "a\nbc", "1"}}));
}

// Two searches for each byte and no more: a piece full of line endings must not be searched
// again for each of them. Quadratic work would take minutes here.
TEST(SseParser, ReadsALongPieceOfShortLinesInOneGo) {
  for (const char* line : {"\r", "\n", "a\r", ":\n", "data:\r\r"}) {
    std::string piece;
    while (piece.size() < 2'000'000)
      piece += line;
    SseParser parser(kRoomy);
    EXPECT_TRUE(parser.feed(piece, [](const SseEvent&) {}));
  }
}

}  // namespace
}  // namespace patchbay::http
