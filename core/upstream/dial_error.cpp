#include "core/upstream/dial_error.hpp"

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

bool certificate_failed(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ||
         code == CURLE_SSL_INVALIDCERTSTATUS || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

}  // namespace

Error dial_timeout(const Endpoint& endpoint, std::string detail) {
  return make_error(ErrorCode::kTimeout,
                    "timed out connecting to " + endpoint.name + " after " +
                        duration_text(endpoint.connection.connect_timeout),
                    std::move(detail));
}

Error dial_error(const Endpoint& endpoint, const DialFailure& failure) {
  const bool proxied = !endpoint.proxy_name.empty();
  const std::string peer = proxied ? "the proxy " + endpoint.proxy_name : endpoint.name;
  const std::string detail =
      *failure.words != '\0' ? failure.words : curl_easy_strerror(failure.code);
  const auto unavailable = [&](std::string message) {
    return make_error(ErrorCode::kUnavailable, std::move(message), detail);
  };

  if (certificate_failed(failure.code)) {
    return unavailable("TLS: certificate verification failed for " + endpoint.name);
  }
  switch (failure.code) {
    case CURLE_OPERATION_TIMEDOUT:
      return dial_timeout(endpoint, detail);
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
