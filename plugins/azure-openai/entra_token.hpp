// A token of Microsoft Entra ID, fetched by client credentials (OAuth 2.0) and shared by all calls.
//
// The host runs the exchange: it sends what request() gives and hands the answer to take().
//
// Threads: authorization() from any; the others one at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/host.hpp"
#include "plugins/azure-openai/azure_settings.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::azure_openai {

class EntraToken {
 public:
  explicit EntraToken(const EntraSettings& settings);

  // What to post, as application/x-www-form-urlencoded; holds the secret.
  [[nodiscard]] std::string_view url() const { return url_; }
  [[nodiscard]] std::string_view form() const { return form_; }

  // Takes over the token of an answer. Nothing, with `valid_for_ns` set, or why there is none:
  // words for the log, without the secret. `now_unix_ms` is what a date is counted from.
  std::optional<UpstreamError> take(const pbay_http_head& head,
                                    std::string_view body,
                                    std::int64_t now_unix_ms,
                                    std::uint64_t& valid_for_ns);

  // "Bearer ..."; null while there is none.
  [[nodiscard]] std::shared_ptr<const std::string> authorization() const;

 private:
  const std::string url_;
  const std::string form_;
  const std::string secret_;

  mutable std::mutex mutex_;
  std::shared_ptr<const std::string> authorization_;  // guarded by mutex_
};

// The token in what authorization() gave.
constexpr std::string_view token_in(std::string_view authorization) {
  return authorization.substr(std::string_view("Bearer ").size());
}

}  // namespace patchbay::plugins::azure_openai
