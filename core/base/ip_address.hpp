// IP addresses and networks of them, as values.
//
//   IpAddress::parse("10.1.2.3")              an address; names and brackets are none
//   IpNetwork::parse("10.0.0.0/8")            a network; a lone address is a network of one
//   network->contains(*address)
//
// An IPv4 address written in IPv6's clothes ("::ffff:10.1.2.3") is that IPv4 address and equal to
// it.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay {

class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  static IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);

  // In network order, IPv4 as "::ffff:a.b.c.d".
  explicit IpAddress(const Bytes& bytes) : bytes_(bytes) {}

  // Four decimal numbers, or IPv6 without brackets and without a zone. The other spellings of IPv4
  // that some systems know (one number, octal, hexadecimal) are refused.
  static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] bool is_v4() const;

  // "10.1.2.3", "fd00::1"
  [[nodiscard]] std::string text() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  Bytes bytes_{};
};

class IpNetwork {
 public:
  // "10.0.0.0/8", "fd00::/8", or an address alone. Fails with kInvalid and a message that says what
  // was expected, and never what was given; bits behind the prefix are such a mistake.
  static Result<IpNetwork> parse(std::string_view text);

  // IPv4 addresses are in IPv4 networks only: "::/0" is every address of IPv6 proper.
  [[nodiscard]] bool contains(const IpAddress& address) const;

  // "10.0.0.0/8"; an address alone without a prefix.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

 private:
  IpNetwork(const IpAddress& first, unsigned prefix) : first_(first), prefix_(prefix) {}

  IpAddress first_;
  unsigned prefix_;  // bits, of 128 also for IPv4
};

}  // namespace patchbay
