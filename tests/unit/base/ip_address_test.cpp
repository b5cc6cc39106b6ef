#include "core/base/ip_address.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay {
namespace {

TEST(IpAddress, ReadsBothFamiliesAndWritesThemInTheirShortForm) {
  EXPECT_EQ(IpAddress::parse("10.1.2.3")->text(), "10.1.2.3");
  EXPECT_EQ(IpAddress::parse("FD00:0:0:0:0:0:0:1")->text(), "fd00::1");
  EXPECT_EQ(IpAddress::parse("::")->text(), "::");
  EXPECT_TRUE(IpAddress::parse("10.1.2.3")->is_v4());
  EXPECT_FALSE(IpAddress::parse("::1")->is_v4());
  EXPECT_EQ(*IpAddress::parse("1.2.3.4"), IpAddress::v4(1, 2, 3, 4));
}

TEST(IpAddress, TakesMappedAddressesForWhatTheyStandFor) {
  EXPECT_EQ(*IpAddress::parse("::ffff:10.1.2.3"), *IpAddress::parse("10.1.2.3"));
  EXPECT_EQ(IpAddress::parse("::ffff:a01:203")->text(), "10.1.2.3");
}

TEST(IpAddress, RefusesEverythingElse) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {""sv,
                                      "localhost"sv,
                                      "10.1.2"sv,
                                      "10.1.2.3.4"sv,
                                      "10.1.2.256"sv,
                                      "2130706433"sv,
                                      "0x7f.0.0.1"sv,
                                      "127.1"sv,
                                      "[::1]"sv,
                                      "fe80::1%eth0"sv,
                                      " 10.1.2.3"sv,
                                      "10.1.2.3\0x"sv}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

bool within(const char* network, const char* address) {
  return IpNetwork::parse(network)->contains(*IpAddress::parse(address));
}

TEST(IpNetwork, HoldsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(within("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(within("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(within("100.64.0.0/10", "100.127.255.255"));
  EXPECT_FALSE(within("100.64.0.0/10", "100.128.0.0"));
  EXPECT_TRUE(within("192.168.1.7", "192.168.1.7"));
  EXPECT_FALSE(within("192.168.1.7", "192.168.1.8"));
  EXPECT_TRUE(within("192.168.1.6/31", "192.168.1.7"));
  EXPECT_TRUE(within("fd00::/8", "fdff::1"));
  EXPECT_FALSE(within("fd00::/8", "fc00::1"));
  EXPECT_TRUE(within("::ffff:10.0.0.0/104", "10.9.8.7"));
}

TEST(IpNetwork, KeepsTheFamiliesApart) {
  EXPECT_TRUE(within("0.0.0.0/0", "127.0.0.1"));
  EXPECT_FALSE(within("0.0.0.0/0", "::1"));
  EXPECT_TRUE(within("::/0", "::1"));
  EXPECT_FALSE(within("::/0", "127.0.0.1"));
  EXPECT_FALSE(within("::/0", "::ffff:127.0.0.1"));
}

TEST(IpNetwork, IsWrittenAsItIsRead) {
  for (const char* text : {"10.0.0.0/8", "192.168.1.7", "0.0.0.0/0", "fd00::/8", "::1", "::/0"})
    EXPECT_EQ(IpNetwork::parse(text)->text(), text);
  EXPECT_EQ(IpNetwork::parse("10.0.0.7/32")->text(), "10.0.0.7");
}

TEST(IpNetwork, SaysWhatItExpected) {
  const auto mistake = [](const char* text) {
    const auto network = IpNetwork::parse(text);
    return network ? std::string("none") : network.error().message;
  };
  const std::string neither =
      "expected an IP address or a network, such as 192.168.1.7, 10.0.0.0/8 or fd00::/8";
  for (const char* text : {"", "/8", "ten/8", "localhost", "10.0.0/8", "10.*", "[fd00::]/8"})
    EXPECT_EQ(mistake(text), neither) << text;
  for (const char* text :
       {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/+8"})
    EXPECT_EQ(mistake(text), "expected a number from 0 to 32 after the slash") << text;
  EXPECT_EQ(mistake("fd00::/129"), "expected a number from 0 to 128 after the slash");
  EXPECT_EQ(mistake("10.1.2.3/8"), "expected 10.0.0.0/8, which begins where the network does");
  EXPECT_EQ(mistake("fd00::1/64"), "expected fd00::/64, which begins where the network does");
}

}  // namespace
}  // namespace patchbay
