#include "core/upstream/response_parser.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::upstream {
namespace {

using namespace std::string_literals;

struct Parsed {
  ResponseHead head;
  std::string body;
  std::string fault;
  bool has_head = false;
  bool complete = false;
  bool keeps = false;
  std::string left_over;
  std::size_t body_pieces = 0;
};

struct Feed {
  std::vector<std::string> reads;  // what each read of the socket brings
  bool ends = false;               // and then the upstream closes
  bool to_head_request = false;
  std::size_t head_bytes_max = 4096;
};

// Feeds as an exchange does: what was not used stands before what the next read brings.
Parsed parse(const Feed& feed) {
  Parsed parsed;
  ResponseParser parser(feed.head_bytes_max);
  parser.begin(feed.to_head_request, parsed.head);
  std::string rest;
  for (const std::string& read : feed.reads) {
    if (parser.complete() || !parser.fault().empty()) {
      rest += read;
      continue;
    }
    // A block of its own for every read, so that the sanitizer sees a step too far.
    std::vector<char> buffer(rest.begin(), rest.end());
    buffer.insert(buffer.end(), read.begin(), read.end());
    parser.forget_body();
    const std::size_t used = parser.feed(buffer.data(), buffer.size());
    if (!parser.body().empty()) ++parsed.body_pieces;
    parsed.body += parser.body();
    rest.assign(buffer.begin() + static_cast<std::ptrdiff_t>(used), buffer.end());
  }
  if (feed.ends) parser.end_of_input();
  parsed.fault = parser.fault();
  parsed.has_head = parser.has_head();
  parsed.complete = parser.complete();
  parsed.keeps = parsed.complete && parser.keeps_connection();
  parsed.left_over = rest;
  return parsed;
}

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> bytes;
  for (const char c : text)
    bytes.emplace_back(1, c);
  return bytes;
}

const std::string kChunked =
    "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "1\r\nx\r\n10;name=\"a;b\"\r\n0123456789abcdef\r\n0000A\r\ndata: 12\n\n\r\n"
    "0\r\nTrailer: gone\r\n\r\n";
const std::string kChunkedBody = "x0123456789abcdefdata: 12\n\n";

void expect_chunked(const Parsed& parsed) {
  EXPECT_EQ(parsed.fault, "");
  EXPECT_TRUE(parsed.complete);
  EXPECT_TRUE(parsed.keeps);
  EXPECT_EQ(parsed.head.status, 200);
  EXPECT_EQ(parsed.head.headers.size(), 2U);
  EXPECT_EQ(parsed.head.content_length, -1);
  EXPECT_EQ(parsed.body, kChunkedBody);
  EXPECT_EQ(parsed.left_over, "");
}

TEST(ResponseParser, ReadsTheSameForEveryCutInTwo) {
  for (std::size_t cut = 0; cut <= kChunked.size(); ++cut) {
    SCOPED_TRACE("cut at byte " + std::to_string(cut));
    expect_chunked(parse({.reads = {kChunked.substr(0, cut), kChunked.substr(cut)}}));
  }
}

TEST(ResponseParser, ReadsTheSameForEveryCutInThree) {
  for (std::size_t first = 0; first <= kChunked.size(); ++first) {
    for (std::size_t second = first; second <= kChunked.size(); ++second) {
      SCOPED_TRACE(std::to_string(first) + ", " + std::to_string(second));
      expect_chunked(parse({.reads = {kChunked.substr(0, first),
                                      kChunked.substr(first, second - first),
                                      kChunked.substr(second)}}));
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(ResponseParser, ReadsTheSameByteByByte) {
  expect_chunked(parse({.reads = bytes_of(kChunked)}));
}

TEST(ResponseParser, ReadsAnEmptyChunkedBodyByteByByte) {
  const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const Parsed parsed = parse({.reads = {text.substr(0, cut), text.substr(cut)}});
    EXPECT_TRUE(parsed.complete) << cut;
  }
  EXPECT_TRUE(parse({.reads = bytes_of(text)}).complete);
}

TEST(ResponseParser, GivesTheChunksOfOneReadInOnePiece) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string body;
  for (int i = 0; i < 64; ++i) {
    const std::string event = "data: " + std::to_string(1000 + i) + "\n\n";
    text += "c\r\n" + event + "\r\n";
    body += event;
  }
  const Parsed parsed = parse({.reads = {text, "0\r\n\r\n"}});
  EXPECT_EQ(parsed.body, body);
  EXPECT_EQ(parsed.body_pieces, 1U);
  EXPECT_TRUE(parsed.complete);
}

TEST(ResponseParser, StopsAtTheEndOfTheMessage) {
  const Parsed parsed =
      parse({.reads = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 "}});
  EXPECT_TRUE(parsed.complete);
  EXPECT_EQ(parsed.body, "ok");
  EXPECT_EQ(parsed.left_over, "HTTP/1.1 ");
}

TEST(ResponseParser, KnowsWhichAnswersHaveNoBody) {
  for (const char* text : {"HTTP/1.1 204 No Content\r\n\r\n",
                           "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    const Parsed parsed = parse({.reads = {text}});
    EXPECT_TRUE(parsed.complete) << text;
    EXPECT_TRUE(parsed.keeps) << text;
  }
  const Parsed head =
      parse({.reads = {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"}, .to_head_request = true});
  EXPECT_TRUE(head.complete);
  EXPECT_EQ(head.head.content_length, 7);
}

TEST(ResponseParser, TakesABodyThatEndsByClosing) {
  const Parsed parsed =
      parse({.reads = {"HTTP/1.1 200 OK\r\n\r\n", "some", "thing"}, .ends = true});
  EXPECT_TRUE(parsed.complete);
  EXPECT_FALSE(parsed.keeps);
  EXPECT_EQ(parsed.body, "something");
}

TEST(ResponseParser, KeepsTheConnectionAsTheVersionsHaveIt) {
  const auto keeps = [](const std::string& version, const std::string& field) {
    return parse(
               {.reads = {"HTTP/" + version + " 200 OK\r\nContent-Length: 0\r\n" + field + "\r\n"}})
        .keeps;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: x, Close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: keep-alive\r\n"));
}

TEST(ResponseParser, RefusesWhatTwoReadersCouldReadDifferently) {
  const std::vector<std::string> wrong = {
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chun\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX:\r\n b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
      "HTTP/1.1 200 OK\nX: a\n\n",
      "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"s,
      "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
      "HTTP/1.1 200 OK\r\n: a\r\n\r\n",
      "HTTP/1.1 099 What\r\n\r\n",
      "HTTP/1.1 20 What\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/2 200 OK\r\n\r\n",
      "SSH-2.0-OpenSSH_9.2\r\n\r\n",
      "\r\nHTTP/1.1 200 OK\r\n\r\n",
  };
  for (const std::string& text : wrong) {
    // Some are noticed only when no more comes: the parser looks for the head's end first.
    for (const Parsed& parsed :
         {parse({.reads = {text}, .ends = true}), parse({.reads = bytes_of(text), .ends = true})}) {
      EXPECT_NE(parsed.fault, "") << text;
      EXPECT_FALSE(parsed.has_head) << text;
      EXPECT_FALSE(parsed.complete) << text;
    }
  }
}

TEST(ResponseParser, RefusesBrokenChunks) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* chunks : {"x\r\n",
                             "0x3\r\nabc\r\n",
                             " 3\r\nabc\r\n",
                             "3\r\nabcd\r\n",
                             "3\nabc\n",
                             "-3\r\n",
                             "11111111111111111\r\n",
                             "3 x\r\nabc\r\n"}) {
    const Parsed parsed = parse({.reads = {head + chunks + "0\r\n\r\n"}});
    EXPECT_NE(parsed.fault, "") << chunks;
    EXPECT_TRUE(parsed.has_head) << chunks;
  }
}

TEST(ResponseParser, BoundsTheHeadHoweverItIsCut) {
  const std::string endless = "HTTP/1.1 200 OK\r\n" + [] {
    std::string fields;
    while (fields.size() < 8192)
      fields += "X: y\r\n";
    return fields;
  }() + "\r\n";
  const std::string wide = "HTTP/1.1 200 OK\r\nX: " + std::string(8192, 'y') + "\r\n\r\n";
  for (const std::string& text : {endless, wide}) {
    EXPECT_NE(parse({.reads = {text}}).fault, "");
    EXPECT_NE(parse({.reads = bytes_of(text)}).fault, "");
    EXPECT_EQ(parse({.reads = {text + "x"}, .ends = true, .head_bytes_max = 65536}).fault, "");
  }
}

TEST(ResponseParser, BoundsChunkExtensions) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(8192, 'x');
  EXPECT_NE(parse({.reads = {text}}).fault, "");
  EXPECT_NE(parse({.reads = bytes_of(text)}).fault, "");
}

// What must be seen whole is bounded to the byte, and no cut makes a difference.
TEST(ResponseParser, BoundsWhatItMustSeeWholeToTheByteAtEveryCut) {
  const std::string spaces(100, ' ');
  const std::string head =
      "HTTP/1.1 200 Fine" + spaces + "\r\nA:b\r\nB:" + spaces + "\r\nC: d" + spaces + "\r\n\r\n";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx";
  const std::string extended = "\r\n1;" + std::string(300, 'e') + "\r\n";
  const std::string trailers = "\r\n0\r\nT: " + std::string(300, 't') + "\r\nU:v\r\n\r\n";
  struct Case {
    std::string text;
    std::size_t unit_bytes;
  };
  for (const Case& c : {Case{head, head.size()},
                        Case{chunked + extended + "y\r\n0\r\n\r\n", extended.size()},
                        Case{chunked + trailers, trailers.size()}}) {
    for (std::size_t cut = 0; cut <= c.text.size(); ++cut) {
      Feed feed{.reads = {c.text.substr(0, cut), c.text.substr(cut)}, .ends = true};
      feed.head_bytes_max = c.unit_bytes;
      EXPECT_EQ(parse(feed).fault, "") << "cut at " << cut << ": " << c.text;
      feed.head_bytes_max = c.unit_bytes - 1;
      EXPECT_NE(parse(feed).fault, "") << "cut at " << cut << ": " << c.text;
    }
  }
}

TEST(ResponseParser, EndsAnEndlessSeriesOfInterimAnswers) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "HTTP/1.1 102 Processing\r\n\r\n";
  EXPECT_EQ(parse({.reads = {text}}).fault, "it sends interim answers without end");
}

TEST(ResponseParser, SaysThatTheAnswerWasCutShort) {
  EXPECT_EQ(parse({.reads = {"HTTP/1.1 200 OK\r\nConte"}, .ends = true}).fault,
            "it ended in the middle of its head");
  EXPECT_EQ(parse({.reads = {"HTTP/1.1 100 Continue\r\n\r\n"}, .ends = true}).fault,
            "it ended before the final answer");
  EXPECT_EQ(
      parse({.reads = {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}, .ends = true}).fault,
      "it ended before its body did");
  EXPECT_EQ(parse({.reads = {kChunked.substr(0, kChunked.size() - 2)}, .ends = true}).fault,
            "it ended before its body did");
}

TEST(ResponseParser, ReadsOneAnswerAfterAnother) {
  ResponseParser parser(4096);
  ResponseHead head;
  for (int i = 0; i < 3; ++i) {
    parser.begin(false, head);
    std::string text = kChunked;
    EXPECT_EQ(parser.feed(text.data(), text.size()), text.size());
    EXPECT_TRUE(parser.complete());
    EXPECT_EQ(parser.body(), kChunkedBody);
    EXPECT_EQ(head.headers.size(), 2U);
  }
}

}  // namespace
}  // namespace patchbay::upstream
