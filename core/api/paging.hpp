// Lists that are told a page at a time: what a client asks for, and where the next page is.

#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/chat/failure.hpp"
#include "core/server/exchange.hpp"

namespace patchbay::api {

struct PageQuery {
  std::string q = {};       // words to look for, where a list can be searched
  std::string cursor = {};  // of the page; empty: the first
  std::int64_t limit = 0;
};

// From the request's query: q, cursor, and limit, 1 to 200. `otherwise` is the limit of a client
// that names none; 0: all that there is. A failure names the parameter.
std::variant<PageQuery, chat::Failure> read_page_query(const server::Request& request,
                                                       std::int64_t otherwise);

// The header Link of RFC 8288 with the page that `next` describes.
std::string next_link(const std::string& path, const PageQuery& next);

}  // namespace patchbay::api
