// Lists that come in pages: `limit` and `cursor` in the query, a bare array as the answer, and the
// next page in the header Link.
//
//   const auto asked = asked_page(exchange, context, kListBound);
//   if (!asked) return;                                        // the client knows what was wrong
//   answer_with_page<Document>(exchange, context, "/files", *asked, job, append_document);

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/api/list_json.hpp"
#include "core/api/storage_reply.hpp"
#include "core/storage/page.hpp"

namespace patchbay::api {

struct PageQuery {
  std::string q = {};       // words to look for, where a list can be searched
  std::string cursor = {};  // of the page; empty: the first
  std::int64_t limit = 0;
  bool limited = false;  // the client named the limit
};

// How many items a client gets that names no limit, of lists that have no end by themselves. Many
// front ends take the first page for the whole list, so it is not a small one.
inline constexpr std::int64_t kListBound = 1000;

// From the request's query: q, cursor, and limit, 1 to 200. `otherwise` is the limit of a client
// that names none; 0: all that there is. Where a parameter is wrong the client is told so, by its
// name, and there is nothing.
std::optional<PageQuery> asked_page(server::Exchange& exchange,
                                    const Context& context,
                                    std::int64_t otherwise);

// Names the page behind this one in the header Link of RFC 8288; not where `next` is empty.
void link_next(JsonReply& reply,
               const std::string& path,
               const PageQuery& asked,
               const std::string& next);

// What of it is the storage's to read.
inline storage::PageRequest request_of(const PageQuery& asked) {
  return {.cursor = asked.cursor, .limit = asked.limit};
}

template <typename Item>
void answer_with_page(server::Exchange& exchange,
                      const Context& context,
                      const std::string& path,
                      const PageQuery& asked,
                      storage::Asker::Job<storage::Page<Item>> job,
                      void (*append)(std::string&, const Item&)) {
  answer_after_read<storage::Page<Item>>(
      exchange, context, std::move(job), [path, asked, append](const storage::Page<Item>& page) {
        JsonReply reply;
        append_list(reply.body, page.items, append);
        link_next(reply, path, asked, page.next);
        return reply;
      });
}

}  // namespace patchbay::api
