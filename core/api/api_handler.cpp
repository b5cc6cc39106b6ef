#include "core/api/api_handler.hpp"

#include <utility>

#include "core/api/routes.hpp"
#include "core/dialects/openai_chat/error_body.hpp"
#include "core/http/target.hpp"

namespace patchbay::api {
namespace {

chat::Failure plain_failure(int status, std::string message, std::string code) {
  chat::Failure failure;
  failure.category = status >= 500 ? PBAY_ERR_INTERNAL : PBAY_ERR_BAD_REQUEST;
  failure.status = status;
  failure.message = std::move(message);
  failure.code = std::move(code);
  return failure;
}

}  // namespace

ApiHandler::ApiHandler(reactor::Worker& worker, SnapshotPtr snapshot)
    : signatures_(snapshot->signatures), workplace_(worker), snapshot_(std::move(snapshot)) {
  workplace_.signatures = signatures_.get();
  if (const auto& redis = snapshot_->services.redis) {
    redis_ = std::make_unique<storage::redis::Client>(worker, *redis);
  }
}

ApiHandler::~ApiHandler() = default;

void ApiHandler::handle(server::Exchange& exchange) {
  const server::Request& request = exchange.request();
  Context context;
  context.workplace = &workplace_;
  context.redis = redis_.get();
  context.snapshot = snapshot_;
  context.request_id = request_id_of(request.headers);

  if (const auto why = snapshot_->access.refuse(request.headers)) {
    return reply_failure(exchange, context, plain_failure(403, *why, "forbidden"));
  }
  const auto target = http::parse_target(request.target);
  if (!target) {
    return reply_failure(
        exchange, context, plain_failure(400, target.error().message, "invalid_url"));
  }
  if (target->path == "*") return preflight(exchange, context, "GET, HEAD, POST, OPTIONS");
  const auto path = http::split_path(target->path);
  if (!path) {
    return reply_failure(
        exchange, context, plain_failure(400, path.error().message, "invalid_url"));
  }
  auto found = find_route(request.method, path->segments());
  if (auto* match = std::get_if<Match>(&found)) {
    context.segments = std::move(match->segments);
    context.route = match->route;
    return match->handler(exchange, context);
  }
  if (const auto* wrong = std::get_if<WrongMethod>(&found)) {
    context.route = wrong->route;
    if (request.method == "OPTIONS") return preflight(exchange, context, wrong->allow);
    http::HeaderList headers;
    headers.add("allow", wrong->allow);
    return reply_failure(
        exchange,
        context,
        plain_failure(405,
                      "Not allowed to " + request.method + " on " + std::string(target->path) +
                          " (try " + wrong->allow + ")",
                      "method_not_allowed"),
        headers);
  }
  reply_failure(exchange,
                context,
                plain_failure(404,
                              "Unknown request URL: " + request.method + " " +
                                  std::string(target->path) + ". Please check the URL for typos.",
                              "unknown_url"));
}

void ApiHandler::preflight(server::Exchange& exchange,
                           const Context& context,
                           std::string_view allow) {
  http::HeaderList headers = common_headers(context, exchange.request());
  headers.add("allow", allow);
  if (headers.find("access-control-allow-origin")) {
    headers.add("access-control-allow-methods", allow);
    // A browser asks for the headers by name; SDKs bring a dozen of their own.
    const auto asked = exchange.request().headers.find("access-control-request-headers");
    headers.add("access-control-allow-headers",
                asked.value_or("authorization, content-type, x-request-id"));
    headers.add("access-control-max-age", "600");
  }
  record_request(exchange.request(), context, {.status = 204});
  exchange.respond(204, headers, {});
}

server::Rejection ApiHandler::reject(int status,
                                     std::string_view message,
                                     const server::Request& request) {
  Context context;
  context.workplace = &workplace_;
  context.redis = redis_.get();
  context.snapshot = snapshot_;
  context.request_id = request_id_of(request.headers);
  const bool busy = status == 503;
  const chat::Failure failure =
      plain_failure(status, std::string(message), busy ? "too_many_connections" : "invalid_http");
  record_request(request,
                 context,
                 {.status = status, .failure = failure.message, .error = chat::class_of(failure)});
  server::Rejection rejection;
  rejection.headers = common_headers(context, request);
  rejection.headers.add("content-type", "application/json");
  if (busy) rejection.headers.add("retry-after", "1");
  rejection.body = dialects::openai_chat::error_body(failure);
  return rejection;
}

}  // namespace patchbay::api
