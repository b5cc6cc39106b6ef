#include "core/settings/listen_address.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <system_error>
#include <utility>

#include <arpa/inet.h>

namespace patchbay::settings {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // what DNS allows

Error wrong(std::string what) {
  return make_error(ErrorCode::kInvalid, std::move(what));
}

bool is_address(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(family, host.c_str(), bytes.data()) == 1;
}

bool only(const std::string& text, std::string_view extra, bool letters) {
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isdigit(c) != 0 || extra.find(static_cast<char>(c)) != std::string_view::npos ||
           (letters && std::isalpha(c) != 0);
  });
}

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (text.empty() || !number || port > 65535) {
    return wrong("expected a port from 0 to 65535 after the \":\"");
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  constexpr const char* kExpected =
      "expected host:port, [v6]:port or :port, such as 127.0.0.1:8080";
  if (text.find("://") != std::string_view::npos) {
    return wrong(std::string(kExpected) + ", without a scheme");
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong(kExpected);

  ListenAddress address;
  address.host = text.substr(0, colon);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
    if (!is_address(AF_INET6, address.host))
      return wrong("expected an IPv6 address in the brackets");
  } else if (address.host.find(':') != std::string::npos) {
    return wrong("an IPv6 address goes in brackets: [::1]:8080");
  } else if (address.host == "*") {
    return wrong("to listen on every address, leave the host out: \":8080\"");
  } else if (!address.host.empty() && only(address.host, ".", false)) {
    if (!is_address(AF_INET, address.host))
      return wrong("expected four numbers from 0 to 255 as the IPv4 address");
  } else if (!only(address.host, ".-_", true) || address.host.size() > kHostBytesMax) {
    return wrong(kExpected);
  }
  const Result<std::uint16_t> port = parse_port(text.substr(colon + 1));
  if (!port) return port.error();
  address.port = *port;
  return address;
}

}  // namespace patchbay::settings
