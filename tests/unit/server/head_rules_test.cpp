#include "core/server/head_rules.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::server {
namespace {

constexpr std::size_t kHeadersMax = 8;

int status_of(const std::string& head) {
  const auto fault = check_head(head, kHeadersMax);
  return fault ? fault->status : 0;
}

struct Case {
  const char* name;
  std::string head;
  int status;
};

class HeadRules : public testing::TestWithParam<Case> {};

TEST_P(HeadRules, AnswersAsTheRuleSays) {
  EXPECT_EQ(status_of(GetParam().head), GetParam().status) << GetParam().head;
}

using namespace std::string_literals;  // for heads with a NUL

INSTANTIATE_TEST_SUITE_P(
    Accepted,
    HeadRules,
    testing::Values(
        Case{"Plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        Case{"Http10WithoutHost", "GET / HTTP/1.0\r\n\r\n", 0},
        Case{"Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 0},
        Case{"Chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 0},
        Case{"ChunkedInCapitals",
             "POST / HTTP/1.1\r\nhost: a\r\nTRANSFER-ENCODING: Chunked\r\n\r\n",
             0},
        Case{"EmptyValue", "GET / HTTP/1.1\r\nHost:\r\nX:\r\n\r\n", 0}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refused,
    HeadRules,
    testing::Values(
        Case{"MissingHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Case{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        Case{
            "LengthAndChunked",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            400},
        Case{"TwoLengths",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
             400},
        Case{"LengthList", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400},
        Case{"LengthWithPlus", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400},
        Case{"LengthInHex", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400},
        Case{"LengthEmpty", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
        Case{"LengthTooLong",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
             400},
        Case{
            "EncodingPrefix", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chun\r\n\r\n", 400},
        Case{"EncodingList",
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
             400},
        Case{"TwoEncodings",
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
             "chunked\r\n\r\n",
             400},
        Case{"EncodingIn10",
             "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
             400},
        Case{"FoldedLine", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400},
        Case{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        Case{"NoColon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400},
        Case{"NoName", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400},
        Case{"BareLineFeed", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
        Case{"BareReturn", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400},
        Case{"Nul", "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"s, 400},
        Case{"OldVersion", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
        Case{"NewVersion", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        Case{"TwoSpaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Case{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Case{"TooManyFields",
             "GET / HTTP/1.1\r\nHost: "
             "a\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\nA:1\r\n\r\n",
             431}),
    [](const auto& test) { return test.param.name; });

TEST(HopelessHead, SeesABareLineFeedAndANul) {
  EXPECT_TRUE(hopeless_head("GET / HTTP/1.1\n", 0));
  EXPECT_TRUE(hopeless_head("GET \0"s, 0));
  EXPECT_FALSE(hopeless_head("GET / HTTP/1.1\r\nHost: a\r\n", 15));
}

}  // namespace
}  // namespace patchbay::server
