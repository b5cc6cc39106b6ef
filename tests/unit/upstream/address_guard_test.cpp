#include "core/upstream/address_guard.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace patchbay::upstream {
namespace {

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

TEST(AddressKind, IsKnownAtBothEndsOfEveryRange) {
  using enum AddressKind;
  const std::pair<const char*, AddressKind> table[] = {
      {"0.0.0.0", kUnspecified},
      {"0.255.255.255", kUnspecified},
      {"1.0.0.0", kPublic},
      {"9.255.255.255", kPublic},
      {"10.0.0.0", kPrivate},
      {"10.255.255.255", kPrivate},
      {"11.0.0.0", kPublic},
      {"100.63.255.255", kPublic},
      {"100.64.0.0", kPrivate},
      {"100.100.100.199", kPrivate},
      {"100.100.100.200", kLinkLocal},
      {"100.127.255.255", kPrivate},
      {"100.128.0.0", kPublic},
      {"126.255.255.255", kPublic},
      {"127.0.0.0", kLoopback},
      {"127.255.255.255", kLoopback},
      {"128.0.0.0", kPublic},
      {"168.63.129.15", kPublic},
      {"168.63.129.16", kLinkLocal},
      {"169.253.255.255", kPublic},
      {"169.254.0.0", kLinkLocal},
      {"169.254.169.254", kLinkLocal},
      {"169.254.255.255", kLinkLocal},
      {"169.255.0.0", kPublic},
      {"172.15.255.255", kPublic},
      {"172.16.0.0", kPrivate},
      {"172.31.255.255", kPrivate},
      {"172.32.0.0", kPublic},
      {"191.255.255.255", kPublic},
      {"192.0.0.0", kReserved},
      {"192.0.0.255", kReserved},
      {"192.0.1.0", kPublic},
      {"192.0.2.1", kReserved},
      {"192.0.3.0", kPublic},
      {"192.88.99.1", kReserved},
      {"192.167.255.255", kPublic},
      {"192.168.0.0", kPrivate},
      {"192.168.255.255", kPrivate},
      {"192.169.0.0", kPublic},
      {"198.17.255.255", kPublic},
      {"198.18.0.0", kPrivate},
      {"198.19.255.255", kPrivate},
      {"198.20.0.0", kPublic},
      {"198.51.100.7", kReserved},
      {"203.0.113.7", kReserved},
      {"203.0.114.0", kPublic},
      {"223.255.255.255", kPublic},
      {"224.0.0.0", kMulticast},
      {"239.255.255.255", kMulticast},
      {"240.0.0.0", kReserved},
      {"255.255.255.254", kReserved},
      {"255.255.255.255", kMulticast},

      {"::", kUnspecified},
      {"::1", kLoopback},
      {"64:ff9b:1::1", kPrivate},
      {"100::1", kReserved},
      {"1fff:ffff::", kReserved},
      {"2000::1", kPublic},
      {"2001:1::1", kReserved},
      {"2001:1ff:ffff::", kReserved},
      {"2001:200::1", kPublic},
      {"2001:db7:ffff::", kPublic},
      {"2001:db8::1", kReserved},
      {"2001:db9::", kPublic},
      {"2606:4700::1111", kPublic},
      {"3ffe:ffff::", kPublic},
      {"3fff::1", kReserved},
      {"3fff:1000::", kPublic},
      {"4000::", kReserved},
      {"5f00::1", kReserved},
      {"fbff::1", kReserved},
      {"fc00::1", kPrivate},
      {"fd00::1", kPrivate},
      {"fd00:ec2::254", kLinkLocal},
      {"fd00:ec2::253", kPrivate},
      {"fd20:ce::254", kLinkLocal},
      {"fdff:ffff::", kPrivate},
      {"fe00::1", kReserved},
      {"fe80::1", kLinkLocal},
      {"febf::1", kLinkLocal},
      {"fec0::1", kPrivate},
      {"feff::1", kPrivate},
      {"ff00::", kMulticast},
      {"ff02::1", kMulticast},
  };
  for (const auto& [text, kind] : table)
    EXPECT_EQ(words_of(kind_of(address(text))), words_of(kind)) << text;
}

// Every dress that an IPv4 address has in IPv6, and what it is judged by.
TEST(AddressKind, IsThatOfTheAddressInside) {
  const std::pair<const char*, const char*> table[] = {
      {"::ffff:127.0.0.1", "127.0.0.1"},
      {"::ffff:a9fe:a9fe", "169.254.169.254"},
      {"::127.0.0.1", "127.0.0.1"},
      {"::10.1.2.3", "10.1.2.3"},
      {"::2", "0.0.0.2"},
      {"64:ff9b::127.0.0.1", "127.0.0.1"},
      {"64:ff9b::a9fe:a9fe", "169.254.169.254"},
      {"64:ff9b::8.8.8.8", "8.8.8.8"},
      {"2002:7f00:1::", "127.0.0.1"},
      {"2002:a9fe:a9fe::1", "169.254.169.254"},
      {"2002:c0a8:107:5::9", "192.168.1.7"},
      {"2002:808:808::1", "8.8.8.8"},
      {"2001:0:808:808:0:0:80ff:fffe", "127.0.0.1"},
      {"2001:0:808:808:0:0:5601:5601", "169.254.169.254"},
      {"2001:0:808:808:0:0:f7f7:f7f7", "8.8.8.8"},
  };
  for (const auto& [dressed, inside] : table) {
    EXPECT_EQ(innermost(address(dressed)).text(), inside) << dressed;
    EXPECT_EQ(words_of(kind_of(address(dressed))), words_of(kind_of(address(inside)))) << dressed;
  }
  for (const char* plain :
       {"::", "::1", "10.0.0.1", "fd00::1", "64:ff9b:1::7f00:1", "2003:7f00:1::"})
    EXPECT_EQ(innermost(address(plain)).text(), plain);
}

AddressGuard guard(std::vector<std::string> hosts, const std::vector<const char*>& networks = {}) {
  AddressGuard::Named named{.hosts = std::move(hosts), .networks = {}};
  for (const char* network : networks)
    named.networks.push_back(*IpNetwork::parse(network));
  return AddressGuard(std::move(named));
}

TEST(AddressGuard, AllowsPublicAddressesToEverybody) {
  for (const char* text : {"8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8"}) {
    EXPECT_TRUE(AddressGuard().allows("any.example", address(text))) << text;
    EXPECT_TRUE(guard({"other.example"}, {"10.0.0.0/8"}).allows("any.example", address(text)));
  }
}

TEST(AddressGuard, RefusesEverythingElseUnlessItIsNamed) {
  for (const char* text : {"127.0.0.1",
                           "10.0.0.1",
                           "100.64.0.1",
                           "169.254.169.254",
                           "0.0.0.0",
                           "224.0.0.1",
                           "255.255.255.255",
                           "192.0.2.1",
                           "::",
                           "::1",
                           "fd00::1",
                           "fe80::1",
                           "ff02::1",
                           "2001:db8::1",
                           "::ffff:127.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "2002:a00:1::"}) {
    EXPECT_FALSE(AddressGuard().allows("host.example", address(text))) << text;
    EXPECT_FALSE(guard({"other.example"}).allows("host.example", address(text))) << text;
    EXPECT_FALSE(guard({""}).allows("host.example", address(text))) << text;
    EXPECT_FALSE(guard({text}).allows("host.example", address(text))) << text << " by another name";
  }
}

TEST(AddressGuard, LetsANamedHostHaveLoopbackAndPrivateAddresses) {
  const AddressGuard named = guard({"Models.Lan"});
  for (const char* text : {"127.0.0.1", "10.0.0.1", "100.64.0.1", "198.18.0.1", "::1", "fd00::1"}) {
    EXPECT_TRUE(named.allows("models.lan", address(text))) << text;
    EXPECT_TRUE(named.allows("models.lan.", address(text))) << text;
    EXPECT_FALSE(named.allows("lan", address(text))) << text;
    EXPECT_FALSE(named.allows("x.models.lan", address(text))) << text;
    EXPECT_FALSE(named.allows("models.lan.example", address(text))) << text;
  }
}

TEST(AddressGuard, DoesNotLetANameLeadToWhereNoServiceIs) {
  for (const char* text : {"169.254.169.254",
                           "100.100.100.200",
                           "168.63.129.16",
                           "fd00:ec2::254",
                           "fe80::1",
                           "0.0.0.0",
                           "::",
                           "224.0.0.1",
                           "255.255.255.255",
                           "240.0.0.1",
                           "192.0.2.1",
                           "::ffff:169.254.169.254",
                           "2002:a9fe:a9fe::"}) {
    EXPECT_FALSE(guard({"models.lan"}).allows("models.lan", address(text))) << text;
    EXPECT_TRUE(guard({text}).allows(text, address(text))) << text << " is spelled out";
  }
  // A number is a name like any other.
  EXPECT_FALSE(guard({"2852039166"}).allows("2852039166", address("169.254.169.254")));
  EXPECT_TRUE(guard({"2130706433"}).allows("2130706433", address("127.0.0.1")));
  // Spelled out, but found elsewhere.
  EXPECT_FALSE(guard({"169.254.1.1"}).allows("169.254.1.1", address("169.254.169.254")));
}

TEST(AddressGuard, KnowsAnAddressByEverySpelling) {
  EXPECT_TRUE(guard({"0:0:0:0:0:0:0:1"}).allows("::1", address("::1")));
  EXPECT_TRUE(guard({"FE80::1"}).allows("fe80:0::1", address("fe80::1")));
  EXPECT_TRUE(guard({"::ffff:169.254.1.1"}).allows("169.254.1.1", address("169.254.1.1")));
}

TEST(AddressGuard, AllowsWhatLiesInANamedNetworkUnderEveryName) {
  const AddressGuard named = guard({}, {"10.0.0.0/8", "fd00::/8", "192.168.1.7", "169.254.1.0/24"});
  for (const char* text : {"10.255.0.1",
                           "fd12::1",
                           "192.168.1.7",
                           "169.254.1.9",
                           "::ffff:10.1.1.1",
                           "64:ff9b::10.1.1.1",
                           "2002:a00:1::"}) {
    EXPECT_TRUE(named.allows("any.example", address(text))) << text;
  }
  for (const char* text : {"127.0.0.1", "192.168.1.8", "169.254.169.254", "fc00::1"})
    EXPECT_FALSE(named.allows("any.example", address(text))) << text;
  EXPECT_FALSE(guard({}, {"::/0"}).allows("any.example", address("::ffff:127.0.0.1")));
  EXPECT_FALSE(guard({}, {"64:ff9b::/96"}).allows("any.example", address("64:ff9b::127.0.0.1")));
}

TEST(AddressGuard, IsTheSameWhereItNamesTheSame) {
  EXPECT_EQ(AddressGuard(), AddressGuard());
  EXPECT_EQ(guard({"a"}, {"10.0.0.0/8"}), guard({"a"}, {"10.0.0.0/8"}));
  EXPECT_NE(guard({"a"}), guard({"b"}));
  EXPECT_NE(guard({"a"}), AddressGuard());
  EXPECT_NE(guard({"a"}, {"10.0.0.0/8"}), guard({"a"}, {"10.0.0.0/9"}));
}

TEST(AddressGuard, FindsTheHostOfAUrl) {
  const std::pair<const char*, const char*> table[] = {
      {"https://api.example/v1", "api.example"},
      {"http://localhost:11434", "localhost"},
      {"http://[::1]:8080/v1", "::1"},
      {"http://me:p@ss@proxy.lan:3128/", "proxy.lan"},
      {"socks5h://proxy.lan", "proxy.lan"},
      {"http://host?query=http://other", "host"},
      {"http://host#at@other", "host"},
      {"http://[::1", "::1"},
      {"http://", ""},
      {"models.lan:8000", ""},
      {"see http://host/", ""},
      {"://host", ""},
      {"", ""},
  };
  for (const auto& [text, host] : table) {
    EXPECT_EQ(host_of_url(text), host) << text;
    AddressGuard::Named named;
    named.add_host_of(text);
    EXPECT_EQ(named.hosts.size(), std::string(host).empty() ? 0U : 1U) << text;
  }
}

TEST(LiteralAddress, IsReadInEverySpellingThatNeedsNoLookup) {
  const std::pair<const char*, const char*> table[] = {
      {"127.0.0.1", "127.0.0.1"},
      {"2130706433", "127.0.0.1"},
      {"0x7f.1", "127.0.0.1"},
      {"017700000001", "127.0.0.1"},
      {"127.1", "127.0.0.1"},
      {"127.1.", "127.0.0.1"},
      {"0", "0.0.0.0"},
      {"localhost", "127.0.0.1"},
      {"LocalHost.", "127.0.0.1"},
      {"app.localhost", "127.0.0.1"},
      {"::1", "::1"},
      {"::ffff:10.0.0.1", "10.0.0.1"},
  };
  for (const auto& [host, text] : table) {
    const auto literal = literal_address(host);
    ASSERT_TRUE(literal) << host;
    EXPECT_EQ(literal->text(), text) << host;
  }
  for (const char* host :
       {"models.lan", "notlocalhost", "localhost.example", "1.2.3.4.5", "0xg", ""})
    EXPECT_FALSE(literal_address(host)) << host;
}

}  // namespace
}  // namespace patchbay::upstream
