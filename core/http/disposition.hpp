// The header Content-Disposition of an answer.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::http {

// `attachment; filename="R_sum_.txt"; filename*=UTF-8''R%C3%A9sum%C3%A9.txt`, as RFC 6266 has it:
// the second name is left out where the first one says it all, and both where `name` is empty.
// Whatever bytes `name` has, the value has printable ASCII alone, and nothing of them ends the
// quotes. REQUIRES: `name` is UTF-8; `type` is "attachment" or "inline".
std::string content_disposition(std::string_view type, std::string_view name);

}  // namespace patchbay::http
