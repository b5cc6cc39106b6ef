// Bytes of a file as UTF-8, the one form in which text goes on from here.

#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::documents {

// Takes UTF-8 with or without its mark, and UTF-16 of either order with its mark. Line ends become
// LF, and control characters but tab and LF are left out. Fails with kInvalid and a sentence for
// the client: another encoding, or no text at all.
Result<std::string> utf8_of(std::string_view bytes);

}  // namespace patchbay::documents
