#include "core/upstream/curl_process.hpp"

#include <csignal>

#include <curl/curl.h>

namespace patchbay::upstream {

Status prepare_process_for_curl() {
  // Never cleaned up: other rooms' threads may still hold handles when statics are destroyed.
  static const CURLcode code = [] {
    std::signal(SIGPIPE, SIG_IGN);
    return curl_global_init(CURL_GLOBAL_DEFAULT);
  }();
  if (code == CURLE_OK) return ok();
  return make_error(
      ErrorCode::kInternal, "the HTTP library cannot start", curl_easy_strerror(code));
}

}  // namespace patchbay::upstream
