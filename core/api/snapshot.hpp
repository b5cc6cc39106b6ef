// All that the settings decide about answering requests, as one immutable value.
//
// Workers hold a snapshot by shared pointer; a request keeps the one it began with, so that new
// settings never change a running call.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/api/access_policy.hpp"
#include "core/relay/provider_table.hpp"
#include "core/routing/route_table.hpp"

namespace patchbay::api {

// One entry of GET /v1/models.
struct ListedModel {
  std::string id;
  std::string owner;
  std::int64_t created = 0;  // Unix seconds
};

struct Snapshot {
  routing::RouteTable routes;
  relay::ProviderTable providers;
  AccessPolicy access;
  std::int64_t since = 0;  // when this snapshot was made, Unix seconds

  // What can be asked for by name: the configured aliases, then what the wildcard's provider lists.
  [[nodiscard]] std::vector<ListedModel> models() const;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace patchbay::api
