#include "core/access/client_address.hpp"

#include <algorithm>
#include <optional>

namespace patchbay::access {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && blank(text.back()))
    text.remove_suffix(1);
  return text;
}

// "10.1.2.3", "10.1.2.3:4711", "fd00::1", "[fd00::1]:4711": proxies write all of them.
std::optional<IpAddress> parse_entry(std::string_view entry) {
  if (entry.starts_with('[')) {
    const std::size_t end = entry.find(']');
    if (end == entry.npos) return std::nullopt;
    return IpAddress::parse(entry.substr(1, end - 1));
  }
  if (std::count(entry.begin(), entry.end(), ':') == 1) entry = entry.substr(0, entry.find(':'));
  return IpAddress::parse(entry);
}

bool is_among(const IpAddress& address, const std::vector<IpNetwork>& networks) {
  return std::any_of(networks.begin(), networks.end(), [&](const IpNetwork& network) {
    return network.contains(address);
  });
}

}  // namespace

std::string client_address(std::string_view peer,
                           const http::HeaderList& headers,
                           const std::vector<IpNetwork>& trusted) {
  if (trusted.empty()) return std::string(peer);
  std::optional<IpAddress> nearest = IpAddress::parse(peer);
  if (!nearest || !is_among(*nearest, trusted)) return std::string(peer);
  // Each hop adds who it heard from at the end, so the last header's end is the nearest.
  for (std::size_t i = headers.size(); i > 0; --i) {
    const http::Header header = headers.at(i - 1);
    if (!http::equals_ignoring_case(header.name, "x-forwarded-for")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t comma = rest.rfind(',');
      const std::size_t begin = comma == rest.npos ? 0 : comma + 1;
      const std::string_view entry = trimmed(rest.substr(begin));
      rest = rest.substr(0, comma == rest.npos ? 0 : comma);
      if (entry.empty()) continue;
      const auto heard = parse_entry(entry);
      if (!heard) return nearest->text();
      nearest = heard;
      if (!is_among(*heard, trusted)) return nearest->text();
    }
  }
  return nearest->text();
}

std::string limit_key_of(std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed || parsed->is_v4()) {
    return "address:" + (parsed ? parsed->text() : std::string(address));
  }
  IpAddress::Bytes bytes = parsed->bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return "address:" + IpAddress(bytes).text() + "/64";
}

}  // namespace patchbay::access
