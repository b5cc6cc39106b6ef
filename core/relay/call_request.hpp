// One client request on its way, as the relay needs it: already read, not yet translated.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/http/form.hpp"
#include "core/http/header_list.hpp"
#include "core/json/scan.hpp"
#include "patchbay/abi.h"

namespace patchbay::relay {

struct CallRequest {
  pbay_mode mode = PBAY_MODE_CHAT;
  std::string dialect;  // of the body: "openai.chat/1"
  bool stream = false;
  bool same_dialect = true;  // the client reads `dialect`: its answers may pass as they are
  bool want_usage = false;   // somebody counts, and the client did not ask for usage itself
  // Of a multipart body, which no plugin sees as a whole; the contents are within padded_body.
  std::vector<http::FormPart> parts;
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
