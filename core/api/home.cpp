#include "core/api/home.hpp"

#include <string_view>

#include "core/json/write.hpp"

// web/pages/home.html, which is embedded.
extern "C" const char patchbay_home_page[];
extern "C" const char patchbay_home_page_end[];

namespace patchbay::api {
namespace {

// The page asks for nothing, neither here nor elsewhere.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

// Browsers name it; everybody else asks for anything, or for JSON.
bool wants_page(const server::Request& request) {
  return request.headers.find("accept").value_or("").find("text/html") != std::string_view::npos;
}

std::string_view page() {
  return {patchbay_home_page,
          static_cast<std::size_t>(patchbay_home_page_end - patchbay_home_page)};
}

}  // namespace

void home(server::Exchange& exchange, const Context& context) {
  http::HeaderList headers = common_headers(context, exchange.request());
  headers.add("vary", "Accept");
  record_request(exchange.request(), context, {.status = 200});
  if (wants_page(exchange.request())) {
    headers.add("content-type", "text/html; charset=utf-8");
    headers.add("content-security-policy", kPolicy);
    headers.add("x-content-type-options", "nosniff");
    return exchange.respond(200, headers, page());
  }
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("status", "running")
      .member("name", "patchbay")
      .member("version", PATCHBAY_VERSION)
      .end_object();
  headers.add("content-type", "application/json");
  exchange.respond(200, headers, body);
}

}  // namespace patchbay::api
