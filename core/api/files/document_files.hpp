// Documents that users give to be searched: POST and GET /files, and what is below /files/{id}
// beside the bytes (files.hpp).

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void add_file(server::Exchange& exchange, const Context& context);
// All of the owner's; with ?q=, what is nearest to that.
void list_files(server::Exchange& exchange, const Context& context);
void show_file_status(server::Exchange& exchange, const Context& context);
void index_file(server::Exchange& exchange, const Context& context);
void delete_file(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
