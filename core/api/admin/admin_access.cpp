#include "core/api/admin/admin_access.hpp"

#include <string_view>

#include "core/crypto/constant_time.hpp"

namespace patchbay::api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

// A proxy on the same machine has a loopback address, and whoever is behind it has not.
bool came_directly(const http::HeaderList& request) {
  for (const char* name : {"x-forwarded-for", "forwarded", "x-real-ip", "via"}) {
    if (request.find(name)) return false;
  }
  return true;
}

}  // namespace

std::optional<AdminAccess::Refusal> AdminAccess::refuse(const http::HeaderList& request) const {
  if (keys.empty()) {
    if (loopback && came_directly(request)) return std::nullopt;
    if (loopback) {
      return Refusal{
          403,
          "The admin API is closed to what comes through a proxy, since admin.keys names "
          "no key"};
    }
    return Refusal{403,
                   "The admin API is closed, since admin.keys names no key, and without one only a "
                   "server on a loopback address answers, unless access.anonymous is never"};
  }
  const auto given = request.find("authorization");
  if (!given || !http::starts_with_ignoring_case(*given, kScheme)) {
    return Refusal{401,
                   "The admin API needs a key: send `Authorization: Bearer <one of admin.keys>`"};
  }
  const std::string_view key = given->substr(kScheme.size());
  bool known = false;
  // Every key is looked at, so that the time it takes does not tell which one was nearly right.
  for (const Secret& one : keys)
    known = crypto::equal_in_constant_time(one.reveal(), key) || known;
  if (known) return std::nullopt;
  return Refusal{401, "The admin API does not know this key"};
}

}  // namespace patchbay::api
