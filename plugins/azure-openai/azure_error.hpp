// What Azure's refusals mean, beyond what those of other OpenAI-shaped upstreams do.

#pragma once

#include <string>
#include <string_view>

#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::azure_openai {

// Corrects what classify_answer() made of `body`: understands the content filter in any of its
// spellings, deployments that are not there, quotas.
void understand_azure(std::string_view body, UpstreamError& error);

// The same body with the members that an error object of OpenAI's always has and one of Azure's
// often lacks: message, type, param and code. Everything else stays as it is, byte by byte; a body
// without such an object stays as a whole.
std::string with_error_members(std::string_view body, const UpstreamError& error);

}  // namespace patchbay::plugins::azure_openai
