#include "core/api/paging.hpp"

#include <charconv>
#include <utility>
#include <variant>

#include "core/http/percent.hpp"
#include "core/http/target.hpp"
#include "core/json/utf8.hpp"

namespace patchbay::api {
namespace {

constexpr std::int64_t kLimitMax = 200;

std::variant<PageQuery, chat::Failure> read_page_query(const server::Request& request,
                                                       std::int64_t otherwise) {
  PageQuery query{.limit = otherwise};
  const auto target = http::parse_target(request.target);
  if (!target) return query;
  const auto parameters = http::parse_query(target->query);
  if (!parameters) return chat::bad_request(parameters.error().message, {}, "invalid_url");
  query.q = http::find_parameter(*parameters, "q").value_or("");
  if (!json::is_valid_utf8(query.q)) return chat::bad_request("q: expected UTF-8", "q");
  query.cursor = http::find_parameter(*parameters, "cursor").value_or("");
  const auto limit = http::find_parameter(*parameters, "limit");
  if (!limit) return query;
  const char* const end = limit->data() + limit->size();
  const auto [read, error] = std::from_chars(limit->data(), end, query.limit);
  if (error == std::errc() && read == end && query.limit >= 1 && query.limit <= kLimitMax) {
    query.limited = true;
    return query;
  }
  return chat::bad_request("limit: expected a number from 1 to " + std::to_string(kLimitMax),
                           "limit");
}

}  // namespace

std::optional<PageQuery> asked_page(server::Exchange& exchange,
                                    const Context& context,
                                    std::int64_t otherwise) {
  auto read = read_page_query(exchange.request(), otherwise);
  if (auto* query = std::get_if<PageQuery>(&read)) return std::move(*query);
  reply_error_text(exchange, context, std::get<chat::Failure>(read));
  return std::nullopt;
}

void link_next(JsonReply& reply,
               const std::string& path,
               const PageQuery& asked,
               const std::string& next) {
  if (next.empty()) return;
  std::string link = "<" + path + "?";
  if (asked.limited) link += "limit=" + std::to_string(asked.limit) + "&";
  if (!asked.q.empty()) link += "q=" + http::percent_encoded(asked.q) + "&";
  link += "cursor=" + http::percent_encoded(next) + ">; rel=\"next\"";
  reply.headers.add("link", link);
}

}  // namespace patchbay::api
