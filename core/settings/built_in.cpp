#include "core/settings/built_in.hpp"

#include <cstddef>

extern "C" {
extern const char patchbay_built_in_yaml[];
extern const char patchbay_built_in_yaml_end[];
}

namespace patchbay::settings {

std::string_view built_in_yaml() {
  return {patchbay_built_in_yaml,
          static_cast<std::size_t>(patchbay_built_in_yaml_end - patchbay_built_in_yaml)};
}

}  // namespace patchbay::settings
