// Why a call failed, in words every dialect can render.
//
// One table (failure.cpp) says which HTTP status, type, code and class a category has; a dialect
// decides only how they are written.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/telemetry/error_class.hpp"
#include "patchbay/abi.h"

namespace patchbay::chat {

struct Failure {
  std::int32_t category = PBAY_ERR_INTERNAL;
  int status = 0;          // the HTTP status where one was given; 0: follows from the category
  std::string message;     // for the client
  std::string code = {};   // "" : follows from the category
  std::string param = {};  // the request's field that is to blame, if one is
  std::int64_t retry_after_ms = -1;
  bool unreachable = false;                // no answer began: there was no connection, or no reply
  std::string upstream_body = {};          // the upstream's own words, where it had some
  std::string upstream_content_type = {};  // of upstream_body
};

// The status for the client: 100 to 599. When the upstream refused *our* key the client is not to
// blame, so that is a 502 and never a 401.
int status_of(const Failure& failure);

// "invalid_request_error", "server_error", ...
std::string_view type_of(const Failure& failure);

// "model_not_found", ...; "" where there is nothing to say beyond the type.
std::string_view code_of(const Failure& failure);

// As what it counts in the metrics.
telemetry::ErrorClass class_of(const Failure& failure);

// A failure of the request itself: 400, naming the field if there is one.
Failure bad_request(std::string message, std::string param = {}, std::string code = {});

// How long the client should wait, clamped to 1-60 s; -1: no wait is known.
std::int64_t clamped_retry_after_ms(const Failure& failure);

}  // namespace patchbay::chat
