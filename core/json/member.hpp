// One member of a small object that was checked. Of a large one, or where several are wanted, go
// over its members once (view.hpp).

#pragma once

#include <string>
#include <string_view>

#include "core/json/view.hpp"

namespace patchbay::json {

// What the member is a string of; "" where there is no such member, or it is something else.
inline std::string member_text(View object, std::string_view name) {
  for (const MemberView& member : object.members()) {
    if (member.named(name)) return member.value.string();
  }
  return {};
}

}  // namespace patchbay::json
