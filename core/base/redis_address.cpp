#include "core/base/redis_address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace patchbay {
namespace {

constexpr std::string_view kScheme = "redis://";
constexpr int kDatabaseMax = 65'535;
constexpr std::size_t kHostBytesMax = 253;

Error wrong(const char* what) {
  return make_error(ErrorCode::kInvalid, what);
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    if (text.size() - i < 3) return std::nullopt;
    const char* digits = text.data() + i + 1;
    const auto [rest, error] = std::from_chars(digits, digits + 2, byte, 16);
    if (error != std::errc() || rest != digits + 2 || byte == 0) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

bool read_user(std::string_view text, RedisAddress& address) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto user = percent_decoded(text.substr(0, colon));
  const auto password = percent_decoded(text.substr(colon + 1));
  if (!user || !password) return false;
  address.user = *user;
  address.password = *password;
  return true;
}

// "host", "host:port", "[v6]", "[v6]:port"; either may be left out.
const char* read_host(std::string_view text, RedisAddress& address) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return "expected a \"]\" behind the IPv6 address";
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (address.host.empty() ||
        address.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos) {
      return "expected an IPv6 address between \"[\" and \"]\"";
    }
    if (!port.empty() && !port.starts_with(':')) return "expected \":\" and a port behind \"]\"";
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (colon > 0) address.host = text.substr(0, colon);
    port = text.substr(colon);
    const bool plain = std::all_of(address.host.begin(), address.host.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '.' || c == '_';
    });
    if (!plain || address.host.size() > kHostBytesMax) return "expected the name of a host";
  }
  if (port.empty()) return nullptr;
  const auto number = number_of<std::uint16_t>(port.substr(1));
  if (!number || *number == 0) return "expected a port from 1 to 65535";
  address.port = *number;
  return nullptr;
}

}  // namespace

Result<RedisAddress> parse_redis_url(std::string_view text) {
  if (text.starts_with("rediss://")) {
    return wrong("TLS (rediss://) is not spoken; expected redis://");
  }
  if (!text.starts_with(kScheme)) {
    return wrong("expected redis://[[user]:password@]host[:port][/db]");
  }
  std::string_view rest = text.substr(kScheme.size());
  RedisAddress address;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    if (!read_user(rest.substr(0, at), address)) {
      return wrong("expected user:password or :password before the \"@\", percent-encoded");
    }
    rest = rest.substr(at + 1);
  }
  std::string_view db;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    db = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (const char* what = read_host(rest, address)) return wrong(what);
  if (db.empty()) return address;
  const auto number = number_of<int>(db);
  if (!number || *number < 0 || *number > kDatabaseMax) {
    return wrong("expected the number of a database behind the \"/\"");
  }
  address.db = *number;
  return address;
}

}  // namespace patchbay
