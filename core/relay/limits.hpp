// The relay's bounds, and why they are what they are.

#pragma once

#include <chrono>
#include <cstddef>

namespace patchbay::relay::limits {

// One event or line of an upstream: the largest seen are images in base64, a few megabytes.
inline constexpr std::size_t kFrameBytesMax = 16 * 1024 * 1024;

// A whole answer that must be in memory at once, to be translated or to show an alias in it.
inline constexpr std::size_t kWholeBytesMax = 64 * 1024 * 1024;

// A whole answer that passes untouched is held back this far, so that an upstream that breaks off
// early is still an honest error status and not half an answer.
inline constexpr std::size_t kHeldBytesMax = 256 * 1024;

// An error answer is read this far; what explains an error is at its beginning.
inline constexpr std::size_t kErrorBytesMax = 256 * 1024;

// What each buffer of a call may keep while it is empty.
inline constexpr std::size_t kKeptBytes = 8 * 1024;

// Requests that one call may make of its upstream (polling, paging).
inline constexpr unsigned kStepsMax = 64;

// After a good head without a first event for so long, the answer begins all the same, so that
// keep-alives can flow: proxies in between give up on silent connections.
inline constexpr std::chrono::seconds kCommitAfter{10};

// Silence in a stream after which a keep-alive goes out.
inline constexpr std::chrono::seconds kKeepAlive{15};

// An exchange of a credential, from the plugin's first word to its last. Calls that wait for it
// wait no longer.
inline constexpr std::chrono::seconds kCredentialTimeout{30};
inline constexpr std::size_t kCredentialBytesMax = 256 * 1024;  // of the answer

// A credential is asked for again that long before its end, or when a fifth of its time is left;
// and not used in the last moments, or the last tenth of its time, since clocks differ.
inline constexpr std::chrono::seconds kCredentialAhead{300};
inline constexpr std::chrono::seconds kCredentialSpare{10};

// Between two exchanges that fail: doubled from the one to the other.
inline constexpr std::chrono::seconds kBackOffLeast{1};
inline constexpr std::chrono::seconds kBackOffMost{60};

// Between two exchanges for credentials that the upstream refused.
inline constexpr std::chrono::seconds kRefusalPause{30};

}  // namespace patchbay::relay::limits
