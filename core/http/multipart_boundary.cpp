#include "core/http/multipart_boundary.hpp"

#include <algorithm>
#include <optional>

#include "core/http/header_list.hpp"
#include "core/http/multipart_parameters.hpp"

namespace patchbay::http {
namespace {

bool is_boundary_character(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view(" '()+_,-./:=?").find(c) != std::string_view::npos);
}

Error bad_type(std::string what) {
  return make_error(ErrorCode::kInvalid, "Invalid Content-Type: " + std::move(what) + ".");
}

}  // namespace

bool is_boundary(std::string_view boundary) {
  return !boundary.empty() && boundary.size() <= kBoundaryBytesMax && boundary.back() != ' ' &&
         std::all_of(boundary.begin(), boundary.end(), is_boundary_character);
}

Result<std::string> boundary_of(std::string_view content_type) {
  ParameterReader reader(content_type);
  if (!equals_ignoring_case(reader.subject(), "multipart/form-data")) {
    return bad_type("multipart/form-data is expected here");
  }
  std::optional<std::string_view> boundary;
  for (;;) {
    const Result<std::optional<Parameter>> parameter = reader.next();
    if (!parameter) return bad_type(parameter.error().message);
    if (!parameter->has_value()) break;
    if (!equals_ignoring_case((*parameter)->name, "boundary")) continue;
    if (boundary) return bad_type("it names two boundaries");
    boundary = (*parameter)->value;
  }
  if (!boundary) return bad_type("multipart/form-data needs a boundary");
  if (!is_boundary(*boundary)) {
    return bad_type(
        "the boundary must have 1 to 70 characters, each a letter, a digit, a space that is not "
        "the last, or one of '()+_,-./:=?");
  }
  return std::string(*boundary);
}

}  // namespace patchbay::http
