#include "core/http/url.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

TEST(Url, IsTakenApart) {
  struct Case {
    const char* text;
    const char* scheme;
    const char* host;
    int port;
    const char* path;
    const char* query;
    const char* authority;
  };
  const Case cases[] = {
      {"https://api.example.com/v1", "https", "api.example.com", 443, "/v1", "", "api.example.com"},
      {"http://localhost:11434", "http", "localhost", 11434, "", "", "localhost:11434"},
      {"HTTP://Host/", "http", "Host", 80, "/", "", "Host"},
      {"http://host:80/", "http", "host", 80, "/", "", "host"},
      {"https://host:80", "https", "host", 80, "", "", "host:80"},
      {"https://host:443/a/b?x=1&y=2", "https", "host", 443, "/a/b", "x=1&y=2", "host"},
      {"http://host?x=/a", "http", "host", 80, "", "x=/a", "host"},
      {"http://127.0.0.1:1/x", "http", "127.0.0.1", 1, "/x", "", "127.0.0.1:1"},
      {"http://[::1]:8080/v1", "http", "::1", 8080, "/v1", "", "[::1]:8080"},
      {"https://[2001:db8::1]", "https", "2001:db8::1", 443, "", "", "[2001:db8::1]"},
      {"http://my_service-1.internal:65535/a@b",
       "http",
       "my_service-1.internal",
       65535,
       "/a@b",
       "",
       "my_service-1.internal:65535"},
  };
  for (const Case& c : cases) {
    const auto url = parse_url(c.text);
    ASSERT_TRUE(url) << c.text << ": " << url.error().message;
    EXPECT_EQ(url->scheme(), c.scheme) << c.text;
    EXPECT_EQ(url->tls, url->scheme() == "https") << c.text;
    EXPECT_EQ(url->host, c.host) << c.text;
    EXPECT_EQ(url->port, c.port) << c.text;
    EXPECT_EQ(url->path, c.path) << c.text;
    EXPECT_EQ(url->query, c.query) << c.text;
    EXPECT_EQ(url->authority(), c.authority) << c.text;
    EXPECT_EQ(url->ipv6, std::string_view(c.authority).starts_with('[')) << c.text;
  }
}

TEST(Url, SaysWhatIsWrong) {
  struct Case {
    const char* text;
    const char* message;
  };
  const char* const bad_port = "the URL's port must be a number from 1 to 65535";
  const char* const bad_letter =
      "the URL holds white space, a control character or a letter that is not ASCII";
  const Case cases[] = {
      {"", "the URL is empty"},
      {"htp:/x", "the URL must start with http:// or https://"},
      {"api.example.com/v1", "the URL must start with http:// or https://"},
      {"ftp://host/", "the URL must start with http:// or https://"},
      {"https://", "the URL has no host"},
      {"https:///v1", "the URL has no host"},
      {"http://:8080/", "the URL has no host"},
      {"http://host:/", bad_port},
      {"http://host:0/", bad_port},
      {"http://host:65536/", bad_port},
      {"http://host:+1/", bad_port},
      {"http://host:80x/", bad_port},
      {"http://[::1]:/", bad_port},
      {"http://::1/", "an IPv6 address in a URL must stand in brackets, as in http://[::1]:8080/"},
      {"http://[::1/", "the URL's [ has no ]"},
      {"http://[host]/", "the URL's host in brackets is not an IPv6 address"},
      {"http://[]/", "the URL's host in brackets is not an IPv6 address"},
      {"http://[fe80::1%25eth0]/", "the URL's host in brackets is not an IPv6 address"},
      {"http://[::1]x/", "only a port may follow the URL's host in brackets"},
      {"http://ho%73t/",
       "the URL's host may hold only letters, digits, hyphens, dots and underscores"},
      {"http://host/#top", "the URL must not have a # part"},
      {"http://host/a b", bad_letter},
      {" http://host/", bad_letter},
      {"http://host/\r\nX: y", bad_letter},
      {"http://b\xC3\xBC"
       "cher/",
       bad_letter},
  };
  for (const Case& c : cases) {
    const auto url = parse_url(c.text);
    ASSERT_FALSE(url) << c.text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(url.error().message, c.message) << c.text;
  }
}

TEST(Url, NeverRepeatsAPassword) {
  for (const char* text : {"https://user:s3cret@host/v1",
                           "https://s3cret@host",
                           "http://a@b:s3cret/",
                           "ftp://user:s3cret@host",
                           "http://user:s3cret@host/#"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message.find("s3cret"), std::string::npos);
    EXPECT_EQ(url.error().detail.find("s3cret"), std::string::npos);
  }
  EXPECT_EQ(parse_url("https://user:s3cret@host/v1").error().message,
            "the URL must not hold a user name or a password");
}

TEST(Url, IsJoinedWithOneSlash) {
  struct Case {
    const char* base;
    const char* path;
    const char* joined;
  };
  const Case cases[] = {
      {"https://h/v1", "/chat/completions", "https://h/v1/chat/completions"},
      {"https://h/v1/", "/chat/completions", "https://h/v1/chat/completions"},
      {"https://h/v1/", "chat", "https://h/v1/chat"},
      {"https://h/v1", "chat", "https://h/v1/chat"},
      {"https://h", "/chat", "https://h/chat"},
      {"https://h/", "/chat", "https://h/chat"},
      {"https://h", "chat", "https://h/chat"},
      {"https://h/v1", "", "https://h/v1"},
      {"https://h/v1/", "", "https://h/v1/"},
      {"http://[::1]:8080/v1", "/x", "http://[::1]:8080/v1/x"},
      {"https://h:443/v1", "/x", "https://h/v1/x"},
      {"https://h/x?version=1", "/models", "https://h/x/models?version=1"},
      {"https://h/x?version=1", "/models?a=2", "https://h/x/models?version=1&a=2"},
      {"https://h/x", "/models?a=2", "https://h/x/models?a=2"},
      {"https://h", "?a=2", "https://h?a=2"},
      {"https://h/x/", "/models/a%2Fb", "https://h/x/models/a%2Fb"},
  };
  for (const Case& c : cases) {
    const auto base = parse_url(c.base);
    ASSERT_TRUE(base);
    EXPECT_EQ(join(*base, c.path), c.joined);
  }
}

}  // namespace
}  // namespace patchbay::http
