// Documents, and what was found in them, as clients and models read them.

#pragma once

#include <string>
#include <vector>

#include "core/documents/nearest.hpp"
#include "core/storage/documents.hpp"

namespace patchbay::api {

void append_document(std::string& out, const storage::Document& document);

// [{"file_id","name","text","score","position"}]
void append_hits(std::string& out, const std::vector<documents::Hit>& hits);

// What is put before a user's message, for a model: the chunks, each under the name of its file.
// Empty for none.
std::string context_of(const std::vector<documents::Hit>& hits);

}  // namespace patchbay::api
