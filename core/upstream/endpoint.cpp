#include "core/upstream/endpoint.hpp"

#include <functional>
#include <string_view>
#include <utility>

#include "core/http/header_list.hpp"

namespace patchbay::upstream {
namespace {

// URLs may come from users, so endpoints that nobody uses any more are dropped beyond this many.
constexpr std::size_t kEndpointsKept = 256;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void mix(std::size_t& hash, std::size_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
}

std::size_t hash_of(const http::Url& url, const Connection& connection) {
  std::size_t hash = url.port;
  for (const char c : url.host)
    hash = hash * 31 + static_cast<unsigned char>(lower(c));
  mix(hash, url.tls ? 1 : 0);
  mix(hash, connection.verify ? 1 : 0);
  mix(hash, static_cast<std::size_t>(connection.connect_timeout.count()));
  if (!connection.proxy.empty()) mix(hash, std::hash<std::string>()(connection.proxy));
  if (!connection.ca_file.empty()) mix(hash, std::hash<std::string>()(connection.ca_file));
  return hash;
}

// "http://user:secret@proxy:3128/" becomes "proxy:3128".
std::string without_credentials(std::string_view proxy) {
  if (const std::size_t scheme = proxy.find("://"); scheme != std::string_view::npos) {
    proxy.remove_prefix(scheme + 3);
  }
  if (const std::size_t at = proxy.rfind('@'); at != std::string_view::npos) {
    proxy.remove_prefix(at + 1);
  }
  return std::string(proxy.substr(0, proxy.find('/')));
}

std::shared_ptr<Endpoint> make(const http::Url& url, const Connection& connection) {
  auto endpoint = std::make_shared<Endpoint>();
  endpoint->tls = url.tls;
  endpoint->port = url.port;
  endpoint->connection = connection;
  for (const char c : url.host)
    endpoint->host.push_back(lower(c));

  const std::string host = url.ipv6 ? "[" + endpoint->host + "]" : endpoint->host;
  endpoint->name = host + ":" + std::to_string(url.port);
  endpoint->host_header = url.default_port ? host : endpoint->name;
  endpoint->dial_url = (url.tls ? "https://" : "http://") + endpoint->name + "/";
  endpoint->proxy_name = without_credentials(connection.proxy);
  endpoint->dialled_host =
      connection.proxy.empty() ? endpoint->host : host_of_url(connection.proxy);
  return endpoint;
}

}  // namespace

std::shared_ptr<Endpoint> EndpointTable::find(const http::Url& url, const Connection& connection) {
  const std::size_t hash = hash_of(url, connection);
  const auto [first, last] = endpoints_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry) {
    const Endpoint& endpoint = *entry->second;
    if (endpoint.port == url.port && endpoint.tls == url.tls &&
        http::equals_ignoring_case(endpoint.host, url.host) && endpoint.connection == connection) {
      return entry->second;
    }
  }
  if (endpoints_.size() >= kEndpointsKept) sweep();
  return endpoints_.emplace(hash, make(url, connection))->second;
}

void EndpointTable::sweep() {
  std::erase_if(endpoints_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

}  // namespace patchbay::upstream
