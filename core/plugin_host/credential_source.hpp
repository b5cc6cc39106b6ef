// A provider's credential that expires (PBAY_EXT_PROVIDER_CREDENTIALS), as the relay sees it: what
// to ask for a new one, and whom to give the answer to. The credential itself stays in the plugin.
//
// Both functions return at once. The plugin runs on the control thread, one function at a time, and
// `done` is called there; not at all when that thread has ended.
//
// Threads: from any. An instance that gives its source away must live until `done` has been called.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin_host/instance.hpp"

namespace patchbay::plugin_host {

class ControlThread;
class ProviderInstance;

class CredentialSource {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  struct Request {
    std::string method;
    std::string url;
    Headers headers;
    std::string body;  // holds secrets
  };
  struct Response {
    int status = 0;
    Headers headers;
    std::string body;
  };

  virtual ~CredentialSource() = default;

  // The request, or nothing and why.
  using Built = std::function<void(std::optional<Request>, CallError)>;
  virtual void build_request(Built done) = 0;

  // How long the new credential is good, zero for until it is refused; or nothing and why there is
  // none. REQUIRES: `response` answers what the last build_request() gave.
  using Taken = std::function<void(std::optional<std::chrono::nanoseconds>, CallError)>;
  virtual void on_response(Response response, Taken done) = 0;
};

// The source that a plugin's table is. REQUIRES: `instance` owns the result.
std::unique_ptr<CredentialSource> credential_source(ProviderInstance& instance,
                                                    const pbay_provider_credentials& table,
                                                    std::weak_ptr<ControlThread> control);

}  // namespace patchbay::plugin_host
