// Who may look at the server itself and change it: everything below /admin.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/secret.hpp"
#include "core/http/header_list.hpp"

namespace patchbay::api {

struct AdminAccess {
  bool loopback = true;      // it listens on a loopback address only, and trusts it
  std::vector<Secret> keys;  // admin.keys

  struct Refusal {
    int status = 0;  // 401: a key is wanted; 403: no key would help
    std::string message;
  };

  // Why the request is refused; nothing when it may pass. With keys, one of them must come as
  // `Authorization: Bearer KEY`, wherever the request is from: behind a proxy on the same machine
  // every request is from a loopback address. Without, the machine is trusted, as everywhere, but
  // not what says of itself that it came through a proxy.
  [[nodiscard]] std::optional<Refusal> refuse(const http::HeaderList& request) const;
};

}  // namespace patchbay::api
