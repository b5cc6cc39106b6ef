// The numbers of an embedding, in whatever form a provider gave them.

#pragma once

#include <optional>
#include <string>

#include "patchbay/abi.h"

namespace patchbay::dialects {

// The vector as 4-byte floats, little endian, one after another; nothing if it is not what the
// event says.
std::optional<std::string> float_bytes(const pbay_ev_embedding& event);

}  // namespace patchbay::dialects
