// A request with all that it points to, for a plugin that does its own work: until it has completed
// the call it may look at it, and whoever asked may be gone by then.

#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

class OwnedRequest {
 public:
  explicit OwnedRequest(const pbay_request& request);
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;

  [[nodiscard]] const pbay_request* get() const { return &request_; }

 private:
  pbay_str keep(pbay_str text);
  pbay_bytes keep(pbay_bytes bytes);

  pbay_request request_;
  std::deque<std::string> texts_;  // whose elements stay where they are
  std::vector<pbay_part> parts_;
  std::vector<const pbay_part*> part_pointers_;
  std::vector<pbay_kv> headers_;
};

}  // namespace patchbay::plugin_host
