// HTTP status codes in words.

#pragma once

#include <string_view>

namespace patchbay::http {

// The phrase that goes with a status code on the status line, "" for a code without one: a status
// line is valid without a phrase, and clients are not to read it.
std::string_view reason_phrase(int status);

}  // namespace patchbay::http
