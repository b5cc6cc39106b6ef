// All that the settings decide about answering requests, as one immutable value.
//
// Workers hold a snapshot by shared pointer; a request keeps the one it began with, so that new
// settings never change a running call.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/access/authenticator.hpp"
#include "core/access/file_urls.hpp"
#include "core/api/access/access_policy.hpp"
#include "core/api/access/rate_limits.hpp"
#include "core/api/admin/admin_access.hpp"
#include "core/api/admin/plugin_control.hpp"
#include "core/api/services.hpp"
#include "core/api/tools/server_tool.hpp"
#include "core/api/v1/model_cache.hpp"
#include "core/dialects/openai_models/collector.hpp"
#include "core/relay/provider_table.hpp"
#include "core/relay/signature_store.hpp"
#include "core/routing/route_table.hpp"

namespace patchbay::api {

using ListedModel = dialects::openai_models::Model;

struct Snapshot {
  routing::RouteTable routes;
  relay::ProviderTable providers;
  AccessPolicy access;
  std::int64_t since = 0;  // when this snapshot was made, Unix seconds
  std::shared_ptr<ModelCache> upstream_models = std::make_shared<ModelCache>();
  // The workers' from the first snapshot on: a reload must not lose what conversations need.
  std::shared_ptr<relay::SignatureStore> signatures = std::make_shared<relay::SignatureStore>();
  AdminAccess admin = {};
  std::shared_ptr<PluginControl> plugins = {};  // null: nobody may change them
  Services services = {};
  ChatRules chat = {};
  DocumentRules documents = {};
  ToolSet tools = {};  // of this server, offered to models
  access::Authenticator authenticator = {};
  RateLimits limits = {};
  access::FileUrls file_urls = {};

  // What can be asked for by name: the configured aliases, then `upstream`, what the wildcard's
  // provider told when it was asked; where that is nothing, what it knows without asking.
  [[nodiscard]] std::vector<ListedModel> models(const ModelCache::List* upstream = nullptr) const;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace patchbay::api
