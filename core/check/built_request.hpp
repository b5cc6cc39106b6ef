// What a plugin wants to be sent upstream: a copy, and what is wrong with it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/check/samples.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {

struct BuiltRequest {
  std::string method, url, body;
  Headers headers;
  pbay_framing framing = PBAY_FRAME_AUTO;
  std::vector<std::string> faults;  // against the rules of pbay_http_request
};

// Reads all that the plugin filled in, and judges it. `request` is what it was made from; nullptr
// for the exchange of a credential.
BuiltRequest read_request(const pbay_http_request& raw, const RequestSample* request);

}  // namespace patchbay::check
