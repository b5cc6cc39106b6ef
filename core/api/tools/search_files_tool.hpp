// The tool by which a model searches the documents of whoever it answers. Only those who have
// documents are offered it.

#pragma once

#include <memory>
#include <string_view>

#include "core/api/tools/server_tool.hpp"

namespace patchbay::api {

inline constexpr std::string_view kSearchFiles = "search_files";

std::shared_ptr<const ServerTool> make_search_files_tool();

}  // namespace patchbay::api
