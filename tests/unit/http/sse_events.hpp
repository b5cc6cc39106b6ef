// Events as tests compare and print them.

#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/http/sse_parser.hpp"

namespace patchbay::http {

struct OwnedEvent {
  std::string type;
  std::string data;
  std::string id = {};
  friend bool operator==(const OwnedEvent&, const OwnedEvent&) = default;
};

inline void PrintTo(const OwnedEvent& event, std::ostream* out) {
  *out << "{type \"" << event.type << "\", data \"" << event.data << "\", id \"" << event.id
       << "\"}";
}

using Events = std::vector<OwnedEvent>;

inline constexpr SseParser::Options kRoomy{.max_event_bytes = 1 << 20};

enum class AtEnd { kDrop, kFinish };

// What a parser makes of a stream that comes in these pieces.
inline Events events_of(const std::vector<std::string_view>& pieces, AtEnd at_end = AtEnd::kDrop) {
  SseParser parser(kRoomy);
  Events events;
  const auto collect = [&](const SseEvent& event) {
    events.push_back({std::string(event.type), std::string(event.data), std::string(event.id)});
  };
  for (const std::string_view piece : pieces) {
    // Memory of exactly this size, gone after the call, shows a view that is used too long.
    const std::vector<char> bytes(piece.begin(), piece.end());
    EXPECT_TRUE(parser.feed({bytes.data(), bytes.size()}, collect));
  }
  if (at_end == AtEnd::kFinish) {
    EXPECT_TRUE(parser.finish(collect));
  }
  return events;
}

// The stream cut once at every byte, twice at every pair of bytes, and into single bytes.
inline void expect_events_at_every_cut(std::string_view stream,
                                       const Events& expected,
                                       AtEnd at_end = AtEnd::kDrop) {
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < stream.size(); ++i)
    single.push_back(stream.substr(i, 1));
  EXPECT_EQ(events_of(single, at_end), expected) << "byte by byte: " << stream;
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      ASSERT_EQ(events_of({stream.substr(0, first),
                           stream.substr(first, second - first),
                           stream.substr(second)},
                          at_end),
                expected)
          << "cut at " << first << " and " << second << ": " << stream;
    }
  }
}

}  // namespace patchbay::http
