#include "core/api/reference.hpp"

#include <array>
#include <string_view>

#include "core/crypto/sha256.hpp"
#include "core/http/content_coding.hpp"

// Each a gzip file that the build made; CMakeLists.txt says of what.
extern "C" {
extern const char patchbay_openapi_json[], patchbay_openapi_json_end[];
extern const char patchbay_docs_html[], patchbay_docs_html_end[];
extern const char patchbay_redoc_html[], patchbay_redoc_html_end[];
extern const char patchbay_docs_js[], patchbay_docs_js_end[];
extern const char patchbay_swagger_ui_js[], patchbay_swagger_ui_js_end[];
extern const char patchbay_swagger_ui_css[], patchbay_swagger_ui_css_end[];
extern const char patchbay_redoc_js[], patchbay_redoc_js_end[];
}

namespace patchbay::api {
namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kScript = "text/javascript; charset=utf-8";
constexpr const char* kMayChange = "no-cache";
constexpr const char* kNeverChanges = "public, max-age=31536000, immutable";

// Scripts come from here and nowhere else, and nothing is asked of anybody else. Both pages write
// styles of their own, Swagger UI draws from data: URLs, and redoc searches in a worker.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

struct Document {
  std::string_view name;  // of an asset
  const char* media_type;
  const char* caching;
  std::string_view compressed;
  std::string hash = crypto::sha256(compressed).substr(0, 24);
};

const Document& openapi() {
  static const Document document{
      "", "application/json", kMayChange, {patchbay_openapi_json, patchbay_openapi_json_end}};
  return document;
}

const auto& assets() {
  static const std::array all{
      Document{"docs.js", kScript, kNeverChanges, {patchbay_docs_js, patchbay_docs_js_end}},
      Document{"swagger-ui-bundle.js",
               kScript,
               kNeverChanges,
               {patchbay_swagger_ui_js, patchbay_swagger_ui_js_end}},
      Document{"swagger-ui.css",
               "text/css; charset=utf-8",
               kNeverChanges,
               {patchbay_swagger_ui_css, patchbay_swagger_ui_css_end}},
      Document{"redoc.standalone.js",
               kScript,
               kNeverChanges,
               {patchbay_redoc_js, patchbay_redoc_js_end}},
  };
  return all;
}

// `If-None-Match: "a", W/"b"` or "*".
bool has_already(const http::HeaderList& headers, std::string_view tag) {
  for (const auto& [name, value] : headers) {
    if (!http::equals_ignoring_case(name, "if-none-match")) continue;
    if (value == "*" || value.find(tag) != std::string_view::npos) return true;
  }
  return false;
}

void reply_document(server::Exchange& exchange, const Context& context, const Document& document) {
  const http::HeaderList& asked = exchange.request().headers;
  const bool as_it_is = http::accepts_gzip(asked);
  // Two forms of one thing are two things to a cache.
  const std::string tag = '"' + document.hash + (as_it_is ? "-gzip\"" : "\"");
  http::HeaderList headers = common_headers(context, exchange.request());
  headers.add("etag", tag);
  headers.add("cache-control", document.caching);
  headers.add("vary", "accept-encoding");
  const int status = has_already(asked, tag) ? 304 : 200;
  record_request(exchange.request(), context, {.status = status});
  if (status == 304) return exchange.respond(304, headers, {});

  headers.add("content-type", document.media_type);
  headers.add("x-content-type-options", "nosniff");
  if (document.media_type == kHtml) {
    headers.add("content-security-policy", kPolicy);
    headers.add("referrer-policy", "no-referrer");
  }
  if (!as_it_is) return exchange.respond(200, headers, http::gunzip(document.compressed));
  headers.add("content-encoding", "gzip");
  exchange.respond(200, headers, document.compressed);
}

}  // namespace

void openapi_document(server::Exchange& exchange, const Context& context) {
  reply_document(exchange, context, openapi());
}

void swagger_page(server::Exchange& exchange, const Context& context) {
  static const Document page{"", kHtml, kMayChange, {patchbay_docs_html, patchbay_docs_html_end}};
  reply_document(exchange, context, page);
}

void redoc_page(server::Exchange& exchange, const Context& context) {
  static const Document page{"", kHtml, kMayChange, {patchbay_redoc_html, patchbay_redoc_html_end}};
  reply_document(exchange, context, page);
}

void document_asset(server::Exchange& exchange, const Context& context) {
  if (context.segments.size() == 2) {
    for (const Document& asset : assets()) {
      if (asset.name == context.segments[1]) return reply_document(exchange, context, asset);
    }
  }
  chat::Failure failure;
  failure.category = PBAY_ERR_NOT_FOUND;
  failure.status = 404;
  failure.code = "unknown_url";
  failure.message = "Unknown request URL: the pages at /docs and /redoc load no such file";
  reply_failure(exchange, context, failure);
}

std::string openapi_text() {
  return http::gunzip(openapi().compressed);
}

}  // namespace patchbay::api
