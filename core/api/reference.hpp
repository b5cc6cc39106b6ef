// What describes the API: the OpenAPI document, and the two pages that show it to a person.

#pragma once

#include <string>

#include "core/api/reply.hpp"

namespace patchbay::api {

// GET /openapi.json
void openapi_document(server::Exchange& exchange, const Context& context);

// GET /docs and GET /redoc: pages that ask nobody but this server.
void swagger_page(server::Exchange& exchange, const Context& context);
void redoc_page(server::Exchange& exchange, const Context& context);

// GET /docs/assets/{build}/{file}: what the pages load. A build's files never change.
void document_asset(server::Exchange& exchange, const Context& context);

// The text of the OpenAPI document.
std::string openapi_text();

}  // namespace patchbay::api
