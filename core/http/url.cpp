#include "core/http/url.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include "core/http/header_list.hpp"

namespace patchbay::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

Error bad_url(std::string why) {
  return make_error(ErrorCode::kInvalid, std::move(why));
}

bool is_unprintable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7F;
}

bool is_host_character(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

bool is_ipv6(std::string_view host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

// Takes the host off the front of `authority`; what is left is empty or starts with ":".
Status take_host(std::string_view& authority, Url& url) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad_url("the URL's [ has no ]");
    url.host = authority.substr(1, end - 1);
    url.ipv6 = true;
    if (!is_ipv6(url.host)) return bad_url("the URL's host in brackets is not an IPv6 address");
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':') {
      return bad_url("only a port may follow the URL's host in brackets");
    }
    return ok();
  }
  const std::size_t end = std::min(authority.find(':'), authority.size());
  if (authority.rfind(':') != authority.find(':')) {
    return bad_url("an IPv6 address in a URL must stand in brackets, as in http://[::1]:8080/");
  }
  url.host = authority.substr(0, end);
  if (url.host.empty()) return bad_url("the URL has no host");
  authority.remove_prefix(end);
  if (!std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
    return bad_url("the URL's host may hold only letters, digits, hyphens, dots and underscores");
  }
  return ok();
}

Status take_port(std::string_view port, Url& url) {
  const std::uint16_t usual = url.tls ? kHttpsPort : kHttpPort;
  url.port = usual;
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || end != port.data() + port.size() || url.port == 0) {
      return bad_url("the URL's port must be a number from 1 to 65535");
    }
  }
  url.default_port = url.port == usual;
  return ok();
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (text.empty()) return bad_url("the URL is empty");
  if (std::any_of(text.begin(), text.end(), is_unprintable)) {
    return bad_url("the URL holds white space, a control character or a letter that is not ASCII");
  }
  Url url;
  if (starts_with_ignoring_case(text, "https://")) {
    url.tls = true;
    text.remove_prefix(8);
  } else if (starts_with_ignoring_case(text, "http://")) {
    text.remove_prefix(7);
  } else {
    return bad_url("the URL must start with http:// or https://");
  }
  if (text.find('#') != std::string_view::npos) return bad_url("the URL must not have a # part");

  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, end);
  text.remove_prefix(end);
  if (authority.find('@') != std::string_view::npos) {
    return bad_url("the URL must not hold a user name or a password");
  }
  if (Status status = take_host(authority, url); !status) return status.error();
  if (Status status = take_port(authority, url); !status) return status.error();

  const std::size_t question = std::min(text.find('?'), text.size());
  url.path = text.substr(0, question);
  url.query = text.substr(std::min(question + 1, text.size()));
  return url;
}

std::string Url::authority() const {
  std::string out;
  out.reserve(host.size() + 8);
  if (ipv6) out.push_back('[');
  out.append(host);
  if (ipv6) out.push_back(']');
  if (!default_port) out.append(":").append(std::to_string(port));
  return out;
}

std::string join(const Url& base, std::string_view path) {
  const std::size_t question = std::min(path.find('?'), path.size());
  std::string_view added = path.substr(0, question);
  const std::string_view query = path.substr(std::min(question + 1, path.size()));

  std::string out;
  out.reserve(base.host.size() + base.path.size() + base.query.size() + path.size() + 24);
  out.append(base.scheme()).append("://").append(base.authority()).append(base.path);
  if (!added.empty()) {
    if (out.back() == '/' && !base.path.empty()) out.pop_back();
    if (added.front() != '/') out.push_back('/');
    out.append(added);
  }
  if (!base.query.empty() || !query.empty()) out.push_back('?');
  out.append(base.query);
  if (!base.query.empty() && !query.empty()) out.push_back('&');
  return out.append(query);
}

}  // namespace patchbay::http
