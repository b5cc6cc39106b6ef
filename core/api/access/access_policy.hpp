// Who may ask while no credentials are asked for.
//
// A server on a loopback address trusts its own machine, and a browser on that machine will carry
// any web page's requests to it. So a foreign Host (a name rebound to 127.0.0.1) and an Origin that
// is not listed are refused.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/header_list.hpp"

namespace patchbay::api {

struct AccessPolicy {
  bool loopback = true;                   // the server listens on a loopback address only
  std::vector<std::string> hosts;         // further Host names that are ours
  std::vector<std::string> cors_origins;  // browser origins that may ask; "*" is all

  // Why the request is refused, for the client; nothing when it may pass.
  [[nodiscard]] std::optional<std::string> refuse(const http::HeaderList& request) const;

  // Adds what a browser must see on an answer to a listed origin.
  void add_cors(const http::HeaderList& request, http::HeaderList& answer) const;

 private:
  [[nodiscard]] bool lists(std::string_view origin) const;
  [[nodiscard]] bool is_ours(std::string_view host) const;
};

}  // namespace patchbay::api
