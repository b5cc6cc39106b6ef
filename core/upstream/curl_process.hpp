// What libcurl needs once in a process before its first handle.

#pragma once

#include "core/base/result.hpp"

namespace patchbay::upstream {

// Initialises libcurl and has the process ignore SIGPIPE, which OpenSSL would raise when it writes
// to a connection that the other side has reset. Thread-safe; every call after the first is free.
Status prepare_process_for_curl();

}  // namespace patchbay::upstream
