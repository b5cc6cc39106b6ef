// The configuration of a program that was given none: config/patchbay.yaml, as it was when this
// library was built.

#pragma once

#include <string_view>

namespace patchbay::settings {

// The text of the file. Lives as long as the program.
std::string_view built_in_yaml();

// What messages call it where they would name a file.
inline constexpr const char* kBuiltInName = "built-in";

}  // namespace patchbay::settings
