// What went wrong, in about ten codes: a code exists only where a caller acts differently on it.
//
// An Error carries two texts. `message` may be shown to a client; `detail` is for the log alone
// (a library's own words, an address). Neither ever holds a secret or a user's message.

#pragma once

#include <string>
#include <utility>

namespace patchbay {

enum class ErrorCode {
  kInvalid,      // the input is wrong and will stay wrong
  kNotFound,     // the thing named does not exist (or not for this caller)
  kConflict,     // it exists already, or has moved on
  kTooLarge,     // a limit of ours was exceeded
  kTimeout,      // it took longer than it was allowed to
  kUnavailable,  // the other side cannot be reached or refuses for now
  kProtocol,     // the other side broke the rules of its format
  kUnsupported,  // understood, but this build, plugin or provider cannot do it
  kCancelled,    // whoever asked for it has gone
  kInternal,     // a fault of ours
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string detail = {};
};

inline Error make_error(ErrorCode code, std::string message, std::string detail = {}) {
  return Error{code, std::move(message), std::move(detail)};
}

}  // namespace patchbay
