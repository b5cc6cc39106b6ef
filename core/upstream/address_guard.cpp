#include "core/upstream/address_guard.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <arpa/inet.h>

#include "core/http/header_list.hpp"

namespace patchbay::upstream {
namespace {

struct Range {
  IpNetwork network;
  AddressKind kind;
};

Range range(const char* network, AddressKind kind) {
  return {*IpNetwork::parse(network), kind};
}

// What is not public, the narrower ranges before the wider ones that hold them.
const std::vector<Range>& v4_ranges() {
  using enum AddressKind;
  static const std::vector<Range> ranges = {
      range("0.0.0.0/8", kUnspecified),
      range("10.0.0.0/8", kPrivate),
      range("100.100.100.200", kLinkLocal),  // clouds' metadata in shared address space
      range("100.64.0.0/10", kPrivate),      // shared by a carrier's customers
      range("127.0.0.0/8", kLoopback),
      range("168.63.129.16", kLinkLocal),  // a cloud's metadata under a public number
      range("169.254.0.0/16", kLinkLocal),
      range("172.16.0.0/12", kPrivate),
      range("192.0.0.0/24", kReserved),    // protocol assignments
      range("192.0.2.0/24", kReserved),    // documentation
      range("192.88.99.0/24", kReserved),  // relays of 6to4, long gone
      range("192.168.0.0/16", kPrivate),
      range("198.18.0.0/15", kPrivate),     // benchmarks; also what local proxies hand out as names
      range("198.51.100.0/24", kReserved),  // documentation
      range("203.0.113.0/24", kReserved),   // documentation
      range("224.0.0.0/4", kMulticast),
      range("255.255.255.255", kMulticast),
      range("240.0.0.0/4", kReserved),
  };
  return ranges;
}

// What is in none of them is reserved: of IPv6 only 2000::/3 was ever given out.
const std::vector<Range>& v6_ranges() {
  using enum AddressKind;
  static const std::vector<Range> ranges = {
      range("::", kUnspecified),
      range("::1", kLoopback),
      range("64:ff9b:1::/48", kPrivate),   // translation to IPv4 within one network
      range("fd00:ec2::254", kLinkLocal),  // clouds' metadata
      range("fd20:ce::254", kLinkLocal),
      range("fc00::/7", kPrivate),
      range("fe80::/10", kLinkLocal),
      range("fec0::/10", kPrivate),
      range("ff00::/8", kMulticast),
      range("2001::/23", kReserved),      // protocol assignments
      range("2001:db8::/32", kReserved),  // documentation
      range("3fff::/20", kReserved),      // documentation
      range("2000::/3", kPublic),
  };
  return ranges;
}

std::string_view without_last_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool same_host(std::string_view a, std::string_view b) {
  if (http::equals_ignoring_case(without_last_dot(a), without_last_dot(b))) return true;
  const auto address = IpAddress::parse(a);
  return address && address == IpAddress::parse(b);
}

bool is_localhost(std::string_view host) {
  constexpr std::string_view kName = "localhost";
  host = without_last_dot(host);
  if (host.size() > kName.size()) {
    const std::size_t dot = host.size() - kName.size() - 1;
    if (host[dot] != '.') return false;
    host.remove_prefix(dot + 1);
  }
  return http::equals_ignoring_case(host, kName);
}

bool is_scheme(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace

AddressKind kind_of(const IpAddress& address) {
  const IpAddress inner = innermost(address);
  for (const Range& range : inner.is_v4() ? v4_ranges() : v6_ranges()) {
    if (range.network.contains(inner)) return range.kind;
  }
  return inner.is_v4() ? AddressKind::kPublic : AddressKind::kReserved;
}

std::string_view words_of(AddressKind kind) {
  switch (kind) {
    case AddressKind::kPublic:
      return "public";
    case AddressKind::kLoopback:
      return "loopback";
    case AddressKind::kPrivate:
      return "private";
    case AddressKind::kLinkLocal:
      return "link-local";
    case AddressKind::kUnspecified:
      return "unspecified";
    case AddressKind::kMulticast:
      return "multicast or broadcast";
    case AddressKind::kReserved:
      break;
  }
  return "reserved";
}

IpAddress innermost(const IpAddress& address) {
  static const IpNetwork translated = *IpNetwork::parse("64:ff9b::/96");
  static const IpNetwork compatible = *IpNetwork::parse("::/96");
  static const IpNetwork six_to_four = *IpNetwork::parse("2002::/16");
  static const IpNetwork teredo = *IpNetwork::parse("2001::/32");
  const IpAddress::Bytes& b = address.bytes();
  // "::" and "::1" are addresses of IPv6's own.
  const bool first_two =
      std::all_of(b.begin(), b.end() - 1, [](auto byte) { return byte == 0; }) && b.back() <= 1;
  if (translated.contains(address) || (compatible.contains(address) && !first_two)) {
    return IpAddress::v4(b[12], b[13], b[14], b[15]);
  }
  if (six_to_four.contains(address)) return IpAddress::v4(b[2], b[3], b[4], b[5]);
  if (teredo.contains(address)) {
    const auto flipped = [&](std::size_t i) { return static_cast<std::uint8_t>(b[i] ^ 0xff); };
    return IpAddress::v4(flipped(12), flipped(13), flipped(14), flipped(15));
  }
  return address;
}

std::optional<IpAddress> literal_address(std::string_view host) {
  if (const auto address = IpAddress::parse(host)) return address;
  if (is_localhost(host)) return IpAddress::v4(127, 0, 0, 1);
  in_addr odd{};
  if (::inet_aton(std::string(without_last_dot(host)).c_str(), &odd) == 0) return std::nullopt;
  const auto bytes = ntohl(odd.s_addr);
  const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>(bytes >> shift); };
  return IpAddress::v4(byte(24), byte(16), byte(8), byte(0));
}

std::string host_of_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return {};
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find_first_of("/?#"));
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    text.remove_prefix(at + 1);
  }
  if (!text.starts_with('[')) return std::string(text.substr(0, text.find(':')));
  text.remove_prefix(1);
  return std::string(text.substr(0, text.find(']')));
}

void AddressGuard::Named::add_host_of(std::string_view text) {
  std::string host = host_of_url(text);
  if (!host.empty()) hosts.push_back(std::move(host));
}

bool AddressGuard::allows(std::string_view host, const IpAddress& address) const {
  const AddressKind kind = kind_of(address);
  if (kind == AddressKind::kPublic) return true;
  if (named_ == nullptr) return false;
  const IpAddress inner = innermost(address);
  for (const IpNetwork& network : named_->networks) {
    if (network.contains(inner)) return true;
  }
  const bool name_is_enough = kind == AddressKind::kLoopback || kind == AddressKind::kPrivate;
  for (const std::string& named : named_->hosts) {
    if (!same_host(named, host)) continue;
    if (name_is_enough) return true;
    const std::optional<IpAddress> literal = IpAddress::parse(named);
    if (literal && innermost(*literal) == inner) return true;
  }
  return false;
}

}  // namespace patchbay::upstream
