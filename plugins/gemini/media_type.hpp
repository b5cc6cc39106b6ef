// Media types by the ending of a file's name or URL.

#pragma once

#include <string_view>

namespace patchbay::plugins::gemini {

// "image/png" for "https://host/a.PNG?x=1"; empty for an ending that says nothing.
std::string_view media_type_of(std::string_view name);

}  // namespace patchbay::plugins::gemini
