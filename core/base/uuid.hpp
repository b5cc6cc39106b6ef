// UUID version 7: time-ordered, so that ids sort by creation and index well.

#pragma once

#include <string>
#include <string_view>

namespace patchbay {

// A new id in its 36-character lower-case form, greater than every one made before it in this
// process, by whichever thread: what was stored later sorts later even where it shares its
// millisecond. Thread-safe, without a lock; random bits come from the kernel, buffered per thread.
std::string make_uuid();

// Whether it looks like one: 36 characters in its lower-case form, of any version.
bool is_uuid(std::string_view text);

}  // namespace patchbay
