// UUID version 7: time-ordered, so that ids sort by creation and index well.

#pragma once

#include <string>

namespace patchbay {

// A new id in its 36-character lower-case form. Within a thread ids are strictly increasing.
// Thread-safe; random bits come from the kernel, buffered per thread.
std::string make_uuid();

}  // namespace patchbay
