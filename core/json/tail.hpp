// Finding a member of an object from the object's end, where some members always stand, without
// reading what comes before it.

#pragma once

#include <string_view>

namespace patchbay::json {

// The value, an object, of the outermost object's last member of that name: the text between and
// with its braces. Empty when there is none or its value is no object. `name` is plain (no escapes)
// and not empty. `text` must be JSON; where it is not, the result may be any part of it.
std::string_view last_object_named(std::string_view text, std::string_view name);

}  // namespace patchbay::json
