// What is kept compressed, and who can read it so.

#pragma once

#include <string>
#include <string_view>

#include "core/http/header_list.hpp"

namespace patchbay::http {

// Whether Accept-Encoding takes gzip: named, or as "*", and not with a weight of zero.
bool accepts_gzip(const HeaderList& headers);

// The content of a whole gzip file. Only for what this program compressed itself, since nothing
// bounds how large it gets; empty where it is none.
std::string gunzip(std::string_view compressed);

}  // namespace patchbay::http
