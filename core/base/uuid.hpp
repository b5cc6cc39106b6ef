// UUID version 7: time-ordered, so that ids sort by creation and index well.

#pragma once

#include <string>
#include <string_view>

namespace patchbay {

// A new id in its 36-character lower-case form. Within a thread ids are strictly increasing.
// Thread-safe; random bits come from the kernel, buffered per thread.
std::string make_uuid();

// Whether it looks like one: 36 characters in its lower-case form, of any version.
bool is_uuid(std::string_view text);

}  // namespace patchbay
