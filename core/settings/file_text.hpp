// A whole small file as a text.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "core/base/result.hpp"

namespace patchbay::settings {

// Reads `path`, at most `bytes_max` bytes of it. Fails with a message that says why but does not
// name the file: "no such file", "is a folder", "longer than 65536 bytes".
Result<std::string> read_file_text(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace patchbay::settings
