// Where a program is, as a shell would find it.

#pragma once

#include <string>
#include <string_view>

namespace patchbay {

// The path of the program `name`: itself where it has a slash, else the first one of that name in
// the folders of `search`, which are separated by colons as in $PATH. Empty when there is none that
// this process may run. Asks the file system.
std::string program_path(std::string_view name, std::string_view search);

// The folders of $PATH, or the usual ones where there is none.
std::string_view program_folders();

}  // namespace patchbay
