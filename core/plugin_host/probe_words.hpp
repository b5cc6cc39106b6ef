// What the host and the process that tries a plugin out for it say to each other, as JSON.
//
// What a plugin is tried with is what it will be used with, so the configuration crosses whole, its
// secrets included: through memory that only these two processes have.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.hpp"
#include "core/base/result.hpp"
#include "core/plugin_host/manifest.hpp"
#include "core/plugin_host/provider_entry.hpp"

namespace patchbay::plugin_host {

struct ProbeRequest {
  std::string host_version;
  Manifest manifest;
  std::vector<ProviderEntry> entries;
};

std::string to_json(const ProbeRequest& request);
Result<ProbeRequest> read_probe_request(std::string_view json);

std::string to_json(const std::vector<Problem>& problems);
Result<std::vector<Problem>> read_problems(std::string_view json);

}  // namespace patchbay::plugin_host
