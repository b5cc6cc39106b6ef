#include "core/base/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <arpa/inet.h>

namespace patchbay {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;  // in front of an IPv4 address
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// The address with every bit behind the first `prefix` cleared.
IpAddress first_of(const IpAddress& address, unsigned prefix) {
  IpAddress::Bytes bytes = address.bytes();
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp(prefix, i * 8, i * 8 + 8) - i * 8;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xff00U >> kept));
  }
  return IpAddress(bytes);
}

}  // namespace

IpAddress IpAddress::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  Bytes bytes{};
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  bytes[12] = a;
  bytes[13] = b;
  bytes[14] = c;
  bytes[15] = d;
  return IpAddress(bytes);
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() != std::string_view(terminated.c_str()).size()) return std::nullopt;
  std::array<std::uint8_t, 4> four{};
  if (::inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) {
    return v4(four[0], four[1], four[2], four[3]);
  }
  Bytes bytes{};
  if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return IpAddress(bytes);
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin());
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes_.data() + kMapped.size(), text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto expected = [](std::string what) {
    return make_error(ErrorCode::kInvalid, "expected " + std::move(what));
  };
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::parse(text.substr(0, slash));
  if (!address) {
    return expected("an IP address or a network, such as 192.168.1.7, 10.0.0.0/8 or fd00::/8");
  }
  if (slash == std::string_view::npos) return IpNetwork(*address, kBits);

  // "::ffff:10.0.0.0/104" counts its bits as IPv6 does.
  const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
  const unsigned prefix_max = dotted ? kBits - kMappedBits : kBits;
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (error != std::errc() || end != digits.data() + digits.size() || prefix > prefix_max) {
    return expected("a number from 0 to " + std::to_string(prefix_max) + " after the slash");
  }
  if (dotted) prefix += kMappedBits;
  const IpNetwork network(first_of(*address, prefix), prefix);
  if (!(network.first_ == *address)) {
    return expected(network.text() + ", which begins where the network does");
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  return address.is_v4() == first_.is_v4() && first_of(address, prefix_) == first_;
}

std::string IpNetwork::text() const {
  if (prefix_ == kBits) return first_.text();
  const unsigned written = first_.is_v4() ? prefix_ - kMappedBits : prefix_;
  return first_.text() + "/" + std::to_string(written);
}

}  // namespace patchbay
