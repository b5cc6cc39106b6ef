#include "core/access/client_address.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::access {
namespace {

std::string address(std::string_view peer,
                    const std::vector<std::string>& forwarded,
                    const std::vector<std::string>& trusted) {
  http::HeaderList headers;
  for (const std::string& value : forwarded)
    headers.add("X-Forwarded-For", value);
  headers.add("host", "localhost");
  std::vector<IpNetwork> networks;
  for (const std::string& text : trusted)
    networks.push_back(*IpNetwork::parse(text));
  return client_address(peer, headers, networks);
}

TEST(ClientAddress, IsThePeerWhereNoProxyIsTrusted) {
  EXPECT_EQ(address("10.0.0.1", {"1.2.3.4"}, {}), "10.0.0.1");
  EXPECT_EQ(address("10.0.0.1", {"1.2.3.4"}, {"192.168.0.0/16"}), "10.0.0.1");
}

TEST(ClientAddress, IsWhatTheTrustedProxyHeardFrom) {
  EXPECT_EQ(address("10.0.0.1", {"1.2.3.4"}, {"10.0.0.0/8"}), "1.2.3.4");
  EXPECT_EQ(address("::1", {"2001:db8::7"}, {"::1"}), "2001:db8::7");
  EXPECT_EQ(address("::ffff:10.0.0.1", {"1.2.3.4"}, {"10.0.0.0/8"}), "1.2.3.4");
}

TEST(ClientAddress, DoesNotBelieveWhatTheClientWrote) {
  EXPECT_EQ(address("10.0.0.1", {"6.6.6.6, 1.2.3.4"}, {"10.0.0.0/8"}), "1.2.3.4");
  EXPECT_EQ(address("10.0.0.1", {"6.6.6.6", "1.2.3.4"}, {"10.0.0.0/8"}), "1.2.3.4");
  EXPECT_EQ(address("10.0.0.1", {"10.0.0.9, 1.2.3.4"}, {"10.0.0.0/8"}), "1.2.3.4");
}

TEST(ClientAddress, LooksThroughAChainOfProxies) {
  EXPECT_EQ(address("10.0.0.1", {"6.6.6.6, 1.2.3.4 ,10.0.0.3,\t10.0.0.2"}, {"10.0.0.0/8"}),
            "1.2.3.4");
  EXPECT_EQ(address("10.0.0.1", {"10.0.0.3, 10.0.0.2"}, {"10.0.0.0/8"}), "10.0.0.3")
      << "the client is one of ours";
}

TEST(ClientAddress, StopsAtWhatIsNoAddress) {
  EXPECT_EQ(address("10.0.0.1", {"1.2.3.4, unknown"}, {"10.0.0.0/8"}), "10.0.0.1");
  EXPECT_EQ(address("10.0.0.1", {"unknown, 10.0.0.2"}, {"10.0.0.0/8"}), "10.0.0.2");
  EXPECT_EQ(address("10.0.0.1", {""}, {"10.0.0.0/8"}), "10.0.0.1");
  EXPECT_EQ(address("10.0.0.1", {"1.2.3.4,"}, {"10.0.0.0/8"}), "1.2.3.4");
  EXPECT_EQ(address("10.0.0.1", {}, {"10.0.0.0/8"}), "10.0.0.1");
}

TEST(ClientAddress, ReadsWhatProxiesWrite) {
  EXPECT_EQ(address("10.0.0.1", {"1.2.3.4:4711"}, {"10.0.0.0/8"}), "1.2.3.4");
  EXPECT_EQ(address("10.0.0.1", {"[2001:db8::7]:4711"}, {"10.0.0.0/8"}), "2001:db8::7");
  EXPECT_EQ(address("10.0.0.1", {"[2001:db8::7"}, {"10.0.0.0/8"}), "10.0.0.1");
}

TEST(LimitKey, IsTheAddressOrTheNetworkThatOneHostHas) {
  EXPECT_EQ(limit_key_of("1.2.3.4"), "address:1.2.3.4");
  EXPECT_EQ(limit_key_of("::ffff:1.2.3.4"), "address:1.2.3.4");
  EXPECT_EQ(limit_key_of("2001:db8:1:2:3:4:5:6"), "address:2001:db8:1:2::/64");
  EXPECT_EQ(limit_key_of("2001:db8:1:2::"), limit_key_of("2001:db8:1:2:ffff::1"));
  EXPECT_NE(limit_key_of("2001:db8:1:2::"), limit_key_of("2001:db8:1:3::"));
}

}  // namespace
}  // namespace patchbay::access
