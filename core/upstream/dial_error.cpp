#include "core/upstream/dial_error.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "core/upstream/duration_text.hpp"

namespace patchbay::upstream {
namespace {

std::string refused_words(const std::string& who, int os_error) {
  switch (os_error) {
    case ECONNREFUSED:
      return "connection refused by " + who;
    case EHOSTUNREACH:
    case ENETUNREACH:
      return "no route to " + who;
    case ETIMEDOUT:
      return "timed out connecting to " + who;
    default:
      return "could not connect to " + who;
  }
}

constexpr std::size_t kAddressesShown = 3;

// "10.0.0.5 (private)"; what an address hides is told as well.
std::string told(const IpAddress& address) {
  const IpAddress inner = innermost(address);
  std::string text = address.text().append(" (").append(words_of(kind_of(address)));
  if (!(inner == address)) text.append(", as ").append(inner.text());
  return text.append(")");
}

std::span<const IpAddress> shown(std::span<const IpAddress> addresses) {
  return addresses.first(std::min(addresses.size(), kAddressesShown));
}

std::string listed(std::span<const IpAddress> addresses) {
  std::string text;
  for (const IpAddress& address : shown(addresses))
    text.append(text.empty() ? "" : ", ").append(told(address));
  const std::size_t more = addresses.size() - shown(addresses).size();
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

// What to write into the settings, so that it can be copied from the message.
std::string remedy(std::span<const IpAddress> addresses) {
  std::string text;
  for (const IpAddress& address : shown(addresses))
    text.append(text.empty() ? "" : ", ").append("\"" + innermost(address).text() + "\"");
  return "addresses: [" + text + "]";
}

bool certificate_failed(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ||
         code == CURLE_SSL_INVALIDCERTSTATUS || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

}  // namespace

Error refused_error(std::string_view host, std::span<const IpAddress> refused) {
  const bool one = refused.size() == 1;
  const bool spelled = one && IpAddress::parse(host) == refused.front();
  std::string message(host);
  if (spelled) {
    message = listed(refused) + " is";
  } else if (one) {
    message.append(" has the address ").append(listed(refused)).append(", which is");
  } else {
    message.append(" has only the addresses ").append(listed(refused)).append(", which are");
  }
  message.append(" neither public nor named in the provider's settings; to allow ")
      .append(one ? "it" : "them")
      .append(" there, write ")
      .append(remedy(refused));
  return make_error(ErrorCode::kInvalid, std::move(message));
}

Error dial_timeout(const Endpoint& endpoint, std::string detail) {
  return make_error(ErrorCode::kTimeout,
                    "timed out connecting to " + endpoint.name + " after " +
                        duration_text(endpoint.connection.connect_timeout),
                    std::move(detail));
}

Error dial_error(const Endpoint& endpoint, const DialFailure& failure) {
  const bool proxied = !endpoint.proxy_name.empty();
  const std::string peer = proxied ? "the proxy " + endpoint.proxy_name : endpoint.name;
  std::string detail = *failure.words != '\0' ? failure.words : curl_easy_strerror(failure.code);
  if (!failure.refused.empty()) {
    if (!failure.opened) return refused_error(endpoint.dialled_host, failure.refused);
    detail.append("; not allowed: ").append(listed(failure.refused));
  }
  const auto unavailable = [&](std::string message) {
    return make_error(ErrorCode::kUnavailable, std::move(message), detail);
  };

  if (certificate_failed(failure.code)) {
    return unavailable("TLS: certificate verification failed for " + endpoint.name);
  }
  switch (failure.code) {
    case CURLE_OPERATION_TIMEDOUT:
      if (failure.resolved) return dial_timeout(endpoint, detail);
      return make_error(ErrorCode::kTimeout,
                        "could not resolve " + (proxied ? peer : endpoint.host) +
                            " in time: no answer for " +
                            duration_text(endpoint.connection.connect_timeout),
                        detail);
    case CURLE_COULDNT_RESOLVE_HOST:
      return unavailable("could not resolve " + endpoint.host);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unavailable("could not resolve " + peer);
    case CURLE_COULDNT_CONNECT: {
      Error error = unavailable(refused_words(peer, failure.os_error));
      if (failure.os_error == ETIMEDOUT) error.code = ErrorCode::kTimeout;
      return error;
    }
    case CURLE_SSL_CACERT_BADFILE:
      return make_error(ErrorCode::kInvalid,
                        endpoint.connection.ca_file.empty()
                            ? std::string("TLS: cannot read the system's CA certificates")
                            : "TLS: cannot read the CA file " + endpoint.connection.ca_file,
                        detail);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
      return unavailable("TLS: handshake with " + endpoint.name + " failed");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return make_error(ErrorCode::kInvalid, "cannot connect to " + endpoint.name, detail);
    default:
      break;
  }
  if (proxied && failure.proxy_status != 0) {
    return unavailable("the proxy " + endpoint.proxy_name + " answered " +
                       std::to_string(failure.proxy_status) + " when asked for " + endpoint.name);
  }
  return unavailable("could not connect to " + endpoint.name +
                     (proxied ? " through " + peer : std::string()));
}

}  // namespace patchbay::upstream
