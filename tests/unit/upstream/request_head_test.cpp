#include "core/upstream/request_head.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::upstream {
namespace {

Result<std::string> head_of(const Request& request) {
  const Result<http::Url> url = http::parse_url(request.url);
  if (!url) return url.error();
  EndpointTable endpoints;
  std::string head = "left over";
  Status written =
      write_request_head(request, *url, *endpoints.find(*url, request.connection), head);
  if (!written) return written.error();
  return head;
}

Request request_to(const char* method, const char* url) {
  Request request;
  request.method = method;
  request.url = url;
  return request;
}

TEST(RequestHead, NamesThePortOnlyWhereItIsNotTheSchemesOwn) {
  EXPECT_EQ(*head_of(request_to("GET", "http://Host.Example/a?b=c")),
            "GET /a?b=c HTTP/1.1\r\nHost: host.example\r\n\r\n");
  EXPECT_EQ(*head_of(request_to("GET", "https://host:443/")),
            "GET / HTTP/1.1\r\nHost: host\r\n\r\n");
  EXPECT_EQ(*head_of(request_to("GET", "http://host:8080")),
            "GET / HTTP/1.1\r\nHost: host:8080\r\n\r\n");
  EXPECT_EQ(*head_of(request_to("GET", "http://[::1]:81?q")),
            "GET /?q HTTP/1.1\r\nHost: [::1]:81\r\n\r\n");
}

TEST(RequestHead, TellsTheLengthOfAllPieces) {
  Request request = request_to("POST", "http://h/");
  request.body = {"abc", "", "de"};
  EXPECT_EQ(*head_of(request), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
}

TEST(RequestHead, SaysThatAPostHasNoBody) {
  EXPECT_EQ(*head_of(request_to("POST", "http://h/")),
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestHead, KeepsItsOwnFieldsToItself) {
  Request request = request_to("POST", "http://h/");
  request.headers.add("host", "other");
  request.headers.add("Content-length", "9");
  request.headers.add("Transfer-Encoding", "chunked");
  request.headers.add("Connection", "close");
  request.headers.add("Hosts", "kept");
  EXPECT_EQ(*head_of(request),
            "POST / HTTP/1.1\r\nHost: h\r\nHosts: kept\r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestHead, RefusesWhatWouldBreakTheHead) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view value : {"a\r\nX: y"sv, "a\nb"sv, "a\rb"sv, "a\0b"sv}) {
    Request request = request_to("GET", "http://h/");
    request.headers.add("X-Key", value);
    const auto head = head_of(request);
    ASSERT_FALSE(head);
    EXPECT_EQ(head.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(head.error().message, "the header 'X-Key' holds a line break or NUL");
  }
  for (const char* name : {"", "a b", "a:b", "a\r\nb"}) {
    Request request = request_to("GET", "http://h/");
    request.headers.add(name, "v");
    EXPECT_FALSE(head_of(request)) << name;
  }
  EXPECT_FALSE(head_of(request_to("GET /", "http://h/")));
  EXPECT_FALSE(head_of(request_to("", "http://h/")));
}

}  // namespace
}  // namespace patchbay::upstream
