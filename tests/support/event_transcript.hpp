// Events as lines of text, for golden files: the type, then `choice.item` where it has a place,
// then what it says, texts as JSON strings. An escaped text and its plain twin give the same line.
//
//   META id="a1" model="m" fingerprint="" created=0
//   TEXT 0.0 "Hello"
//   TOOL_BEGIN 0.1 id="call_1" name="f"
//   FINISH 0 stop "stop"
//   USAGE input=3 output=5 {"prompt_tokens":3,"completion_tokens":5}
//   EXTRA answer service_tier="default"

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::testing {

// One line, without its end.
std::string transcript_line(const pbay_event& event);

// "rate_limit" for PBAY_ERR_RATE_LIMIT, and so on.
std::string_view category_name(std::int32_t category);

}  // namespace patchbay::testing
