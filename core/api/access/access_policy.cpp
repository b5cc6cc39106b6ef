#include "core/api/access/access_policy.hpp"

#include <algorithm>

namespace patchbay::api {
namespace {

// "localhost:8080" -> "localhost", "[::1]:8080" -> "[::1]".
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

bool AccessPolicy::is_ours(std::string_view host) const {
  const std::string_view name = without_port(host);
  if (http::equals_ignoring_case(name, "localhost") || name == "[::1]" || name == "127.0.0.1" ||
      name.ends_with(".localhost")) {
    return true;
  }
  if (name.starts_with("127.") && name.find_first_not_of("0123456789.") == name.npos) return true;
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& known) {
    return known == "*" || http::equals_ignoring_case(known, name) ||
           http::equals_ignoring_case(known, host);
  });
}

bool AccessPolicy::lists(std::string_view origin) const {
  return std::any_of(cors_origins.begin(), cors_origins.end(), [&](const std::string& known) {
    return known == "*" || known == origin;
  });
}

std::optional<std::string> AccessPolicy::refuse(const http::HeaderList& request) const {
  if (!loopback) return std::nullopt;
  const auto host = request.find("host");
  if (host && !is_ours(*host)) {
    return "The Host `" + std::string(*host) +
           "` is not this server's; add it to server.hosts if it is meant to be";
  }
  const auto origin = request.find("origin");
  if (origin && !lists(*origin)) {
    // A page that this server itself served has the server's own name as its origin.
    const std::size_t scheme = origin->find("://");
    if (host && scheme != std::string_view::npos && origin->substr(scheme + 3) == *host) {
      return std::nullopt;
    }
    return "The Origin `" + std::string(*origin) +
           "` may not ask this server; add it to server.cors_origins to allow it";
  }
  return std::nullopt;
}

void AccessPolicy::add_cors(const http::HeaderList& request, http::HeaderList& answer) const {
  const auto origin = request.find("origin");
  if (!origin || !lists(*origin)) return;
  const auto names = [&](std::string_view wanted) {
    return std::find(cors_origins.begin(), cors_origins.end(), wanted) != cors_origins.end();
  };
  // Whoever is named may send credentials along; browsers allow that to no wildcard.
  const bool named = *origin != "*" && names(*origin);
  answer.set("access-control-allow-origin", named ? *origin : std::string_view("*"));
  if (named) answer.set("access-control-allow-credentials", "true");
  if (named || cors_origins.size() > 1) answer.add("vary", "Origin");
  answer.set(
      "access-control-expose-headers",
      "x-request-id, x-upstream-request-id, x-conversation-id, x-stream-id, "
      "x-vercel-ai-data-stream, x-vercel-ai-ui-message-stream, link, retry-after, retry-after-ms, "
      "ratelimit-limit, ratelimit-remaining, ratelimit-reset, "
      "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, "
      "x-ratelimit-limit-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-requests, "
      "x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, x-ratelimit-reset-tokens");
}

}  // namespace patchbay::api
