// Events and errors as lines of text, for transcripts that are compared: the type, then
// `choice.item` where it has a place, then what it says, texts as JSON strings. An escaped text and
// its plain twin give the same line.
//
//   META id="a1" model="m" fingerprint="" created=0
//   TEXT 0.0 "Hello"
//   FINISH 0 stop "stop"
//   FAIL -1 rate_limit message="slower" code=- param=- retry_after_ms=2000 retry_same

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {

// What set_error() or complete() told about a failure.
struct ToldError {
  std::int32_t category = PBAY_ERR_INTERNAL;
  std::int32_t http_status = 0;
  std::int64_t retry_after_ms = -1;
  std::uint32_t flags = 0;
  std::string message, code, param, upstream_body;
};

// "TEXT"; "event 99" for a type without a name here.
std::string event_name(std::uint32_t type);

// One line, without its end. REQUIRES: the event is sound.
std::string event_text(const pbay_event& event);

// The text or the bytes of an event that is a piece of something longer; empty for others.
std::string_view piece_of(const pbay_event& event);

// "rate_limit" for PBAY_ERR_RATE_LIMIT, and so on; "none" for a number without a name.
std::string_view category_name(std::int32_t category);

// The last line of a call that failed. `error` is what was told about it, or nullptr.
std::string failure_text(pbay_status status, const ToldError* error);

// "PBAY_E_NO_MEMORY".
std::string status_name(pbay_status status);

}  // namespace patchbay::check
