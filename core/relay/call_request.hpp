// One client request on its way, as the relay needs it: already read, not yet translated.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/http/header_list.hpp"
#include "core/json/scan.hpp"
#include "patchbay/abi.h"

namespace patchbay::relay {

// One part of a multipart body.
struct RequestPart {
  std::string name;
  std::string filename;  // "" for a plain field
  std::string content_type;
  std::string_view content;  // within the request's padded_body
};

struct CallRequest {
  pbay_mode mode = PBAY_MODE_CHAT;
  std::string dialect;  // of the body: "openai.chat/1"
  bool stream = false;
  bool same_dialect = true;         // the client reads `dialect`: its answers may pass as they are
  bool want_usage = false;          // somebody counts, and the client did not ask for usage itself
  std::vector<RequestPart> parts;   // of a multipart body, which no plugin sees as a whole
  std::string padded_body;  // the client's bytes and json::Padded::kBytes zero bytes
  json::Span model_value;   // where "model" stands in it, quotes included; empty when absent
  std::string method;
  std::string path;
  http::HeaderList headers;  // the client's; a provider sees those it asked for
  std::string request_id;
  // Until the answer begins; Time::max(): none.
  Time deadline = Time::max();

  [[nodiscard]] std::string_view body() const {
    return std::string_view(padded_body).substr(0, padded_body.size() - json::Padded::kBytes);
  }
};

}  // namespace patchbay::relay
