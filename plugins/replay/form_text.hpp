// A recorded multipart body, taken apart.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::plugins::replay {

// The views are into the body.
struct FormField {
  std::string name;
  bool is_file = false;
  std::string_view content;
};

// The parts of `body`, whose boundary stands in `content_type`; nothing if it is no form. What is
// cut off at its end counts as far as it goes.
std::optional<std::vector<FormField>> read_form(std::string_view content_type,
                                                std::string_view body);

}  // namespace patchbay::plugins::replay
