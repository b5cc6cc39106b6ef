// A multipart/form-data body that is in memory as a whole, as a list of its parts.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace patchbay::http {

struct FormPart {
  std::string name;
  std::string filename;  // "" for a plain field
  std::string content_type;
  std::string_view content;  // a view into the body
};

// Fails with kInvalid or kTooLarge and a sentence for the client, as MultipartReader does.
Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body);

// The first part of that name; null without one.
const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name);

}  // namespace patchbay::http
