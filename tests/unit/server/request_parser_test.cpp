#include "core/server/request_parser.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::server {
namespace {

struct Parsed {
  RequestParser::State state = RequestParser::State::kHead;
  int status = 0;
  Request request;
  std::string rest;
};

// Feeds the pieces as a connection does: what was not consumed is presented again.
Parsed parse(const std::vector<std::string>& pieces, const Limits& limits = {}) {
  RequestParser parser(limits);
  Parsed parsed;
  std::string input;
  for (const std::string& piece : pieces) {
    input += piece;
    while (parsed.state == RequestParser::State::kHead ||
           parsed.state == RequestParser::State::kBody) {
      const auto step = parser.feed(input, parsed.request);
      parsed.state = step.state;
      parsed.status = step.status;
      input.erase(0, step.consumed);
      if (step.consumed == 0 || input.empty()) break;
    }
  }
  parsed.rest = input;
  return parsed;
}

const std::string kPost =
    "POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-one: 2\r\n"
    "Content-Length: 11\r\n\r\nhello world";
const std::string kChunked =
    "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n";

TEST(RequestParser, ReadsAWholeRequest) {
  const Parsed parsed = parse({kPost});
  ASSERT_EQ(parsed.state, RequestParser::State::kComplete);
  EXPECT_EQ(parsed.request.method, "POST");
  EXPECT_EQ(parsed.request.target, "/v1/chat/completions?x=1");
  EXPECT_EQ(parsed.request.headers.find("x-one"), "1");
  EXPECT_EQ(parsed.request.headers.count("X-ONE"), 2U);
  EXPECT_EQ(parsed.request.body(), "hello world");
  EXPECT_TRUE(parsed.request.keep_alive);
}

TEST(RequestParser, GivesTheSameForEveryCut) {
  for (const std::string& text : {kPost, kChunked}) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const Parsed parsed = parse({text.substr(0, cut), text.substr(cut)});
      ASSERT_EQ(parsed.state, RequestParser::State::kComplete) << "cut at byte " << cut;
      EXPECT_EQ(parsed.request.body(), "hello world") << "cut at byte " << cut;
      EXPECT_EQ(parsed.rest, "");
    }
  }
}

TEST(RequestParser, GivesTheSameByteByByte) {
  std::vector<std::string> bytes;
  for (const char c : kChunked)
    bytes.emplace_back(1, c);
  const Parsed parsed = parse(bytes);
  ASSERT_EQ(parsed.state, RequestParser::State::kComplete);
  EXPECT_EQ(parsed.request.body(), "hello world");
  EXPECT_FALSE(parsed.request.headers.find("trailer"));
}

TEST(RequestParser, TakesAnEmptyChunkedBodyByteByByte) {
  std::vector<std::string> bytes;
  for (const char c :
       std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) {
    bytes.emplace_back(1, c);
  }
  const Parsed parsed = parse(bytes);
  ASSERT_EQ(parsed.state, RequestParser::State::kComplete);
  EXPECT_EQ(parsed.request.body(), "");
}

TEST(RequestParser, TakesChunksByteByByteBehindAHeadInOnePiece) {
  const std::size_t head = kChunked.find("\r\n\r\n") + 4;
  std::vector<std::string> pieces{kChunked.substr(0, head)};
  for (const char c : kChunked.substr(head))
    pieces.emplace_back(1, c);
  const Parsed parsed = parse(pieces);
  ASSERT_EQ(parsed.state, RequestParser::State::kComplete);
  EXPECT_EQ(parsed.request.body(), "hello world");
}

TEST(RequestParser, BoundsTheFirstLineOfAChunk) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const Parsed parsed = parse({head, "5;" + std::string(64 * 1024, 'x')});
  EXPECT_EQ(parsed.state, RequestParser::State::kFault);
  EXPECT_EQ(parsed.status, 400);
}

TEST(RequestParser, PadsTheBodyWithZeroBytes) {
  const Parsed parsed = parse({kPost});
  const std::string padding = parsed.request.padded_body.substr(11);
  EXPECT_EQ(padding, std::string(kBodyPadding, '\0'));
}

TEST(RequestParser, LeavesThePipelinedRequest) {
  const Parsed parsed = parse({kPost + kChunked});
  ASSERT_EQ(parsed.state, RequestParser::State::kComplete);
  EXPECT_EQ(parsed.rest, kChunked);
}

TEST(RequestParser, SkipsLineEndsBeforeARequest) {
  const Parsed parsed = parse({"\r\n\r\n" + kPost});
  EXPECT_EQ(parsed.state, RequestParser::State::kComplete);
}

TEST(RequestParser, RefusesABodyOverTheLimitByItsLength) {
  Limits limits;
  limits.body_bytes_max = 10;
  const Parsed parsed = parse({kPost}, limits);
  EXPECT_EQ(parsed.state, RequestParser::State::kFault);
  EXPECT_EQ(parsed.status, 413);
}

TEST(RequestParser, RefusesAChunkedBodyOverTheLimit) {
  Limits limits;
  limits.body_bytes_max = 10;
  EXPECT_EQ(parse({kChunked}, limits).status, 413);
}

TEST(RequestParser, RefusesAHeadOverTheLimitBeforeItIsComplete) {
  Limits limits;
  limits.head_bytes_max = 64;
  EXPECT_EQ(parse({"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(64, 'x')}, limits).status, 431);
}

TEST(RequestParser, RefusesBrokenChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body :
       {"x\r\n", "5\r\nhelloXY\r\n", "5\nhello\r\n", "-1\r\n", "ffffffffffffffffff\r\n"}) {
    EXPECT_EQ(parse({head + body}).state, RequestParser::State::kFault) << body;
  }
}

TEST(RequestParser, AsksForTheBodyOnlyWhileItIsMissing) {
  const Limits limits;
  RequestParser parser(limits);
  Request request;
  const std::string head =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(parser.feed(head, request).state, RequestParser::State::kBody);
  EXPECT_TRUE(parser.take_wants_continue());
  EXPECT_FALSE(parser.take_wants_continue());

  RequestParser second(limits);
  EXPECT_EQ(second.feed(head + "ab", request).state, RequestParser::State::kComplete);
  EXPECT_FALSE(second.take_wants_continue());
}

TEST(RequestParser, RefusesOtherExpectations) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(parse({head}).status, 417);
  EXPECT_EQ(parse({head + "ab"}).status, 417);
}

TEST(RequestParser, KnowsWhetherTheConnectionStays) {
  EXPECT_FALSE(
      parse({"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}).request.keep_alive);
  EXPECT_FALSE(parse({"GET / HTTP/1.0\r\n\r\n"}).request.keep_alive);
  EXPECT_TRUE(parse({"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"}).request.keep_alive);
}

}  // namespace
}  // namespace patchbay::server
