// The boundary between the parts of a multipart/form-data body.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::http {

// The most that RFC 2046 allows.
inline constexpr std::size_t kBoundaryBytesMax = 70;

// Whether `boundary` has 1 to 70 characters, all of them letters, digits, spaces or "'()+_,-./:=?",
// and does not end in a space.
bool is_boundary(std::string_view boundary);

// The boundary that a Content-Type names: "x" of `multipart/form-data; boundary="x"`. Fails with
// kInvalid and a sentence for the client when the type is another one, its parameters cannot be
// read, or the boundary is missing, there twice, or none (see is_boundary()).
Result<std::string> boundary_of(std::string_view content_type);

}  // namespace patchbay::http
