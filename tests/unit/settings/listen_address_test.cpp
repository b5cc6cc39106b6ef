#include "core/settings/listen_address.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::settings {
namespace {

TEST(ListenAddress, ReadsHostAndPort) {
  struct Case {
    const char* text;
    const char* host;
    int port;
  };
  for (const Case& c : {Case{"127.0.0.1:8080", "127.0.0.1", 8080},
                        Case{"[::1]:0", "::1", 0},
                        Case{"[::]:65535", "::", 65535},
                        Case{":80", "", 80},
                        Case{"localhost:1", "localhost", 1},
                        Case{"my-host.example.com:443", "my-host.example.com", 443}}) {
    const Result<ListenAddress> address = parse_listen_address(c.text);
    ASSERT_TRUE(address) << c.text;
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
  }
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const char* text : {"",
                           ":",
                           "8080",
                           "localhost",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:80x",
                           "127.0.0.1: 80",
                           "127.0.0.1:+80",
                           "256.0.0.1:80",
                           "1.2.3:80",
                           "::1:80",
                           "[::1]",
                           "[::1:80",
                           "[127.0.0.1]:80",
                           "[]:80",
                           "http://localhost:80",
                           "a b:80",
                           "*:80",
                           "host/path:80",
                           "127.0.0.1:99999999999999999999"}) {
    const Result<ListenAddress> address = parse_listen_address(text);
    EXPECT_FALSE(address) << text;
  }
}

TEST(ListenAddress, NeverQuotesWhatItRefuses) {
  const Result<ListenAddress> address = parse_listen_address("s3cr3t:99999");
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().message.find("s3cr3t"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::settings
