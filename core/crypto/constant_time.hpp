// Comparing secrets without telling, by the time it takes, how much of a guess was right.

#pragma once

#include <string_view>

namespace patchbay::crypto {

// Whether the two are the same. How long it takes depends on the lengths alone.
bool equal_in_constant_time(std::string_view known, std::string_view given);

}  // namespace patchbay::crypto
