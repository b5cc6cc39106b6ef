// Cutting a table that is written as lines (CSV, or with tabs) into pieces.
//
// They are those of chunking.hpp, and each after the first begins with the table's header, its
// first line: a row that is found alone says nothing without the names of its columns.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/documents/chunking.hpp"

namespace patchbay::documents {

bool is_table(std::string_view media_type);

// A header that would take more than a quarter of a chunk is not repeated. The header counts for a
// chunk's tokens. Takes time: not on a worker. REQUIRES: as chunks_of().
std::vector<std::string> table_chunks_of(std::string_view text,
                                         const ChunkRules& rules,
                                         tokens::Encoding encoding);

}  // namespace patchbay::documents
