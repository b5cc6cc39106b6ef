#include "core/api/api_handler.hpp"

#include <utility>

#include "core/api/access/admission.hpp"
#include "core/api/files/document_indexer.hpp"
#include "core/api/files/file_links.hpp"
#include "core/api/routes.hpp"
#include "core/dialects/body_fields.hpp"
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

ErrorForm error_form_of(RouteKind kind) {
  const bool text = kind == RouteKind::kChat || kind == RouteKind::kSigned;
  return text ? ErrorForm::kText : ErrorForm::kObject;
}

// How the clients of what a request asks for read an error, as far as it is known what that is.
ErrorForm error_form_of(const server::Request& request) {
  const auto target = http::parse_target(request.target);
  const auto path = target ? http::split_path(target->path) : target.error();
  if (!path) return ErrorForm::kObject;
  const auto found = find_route(request.method, path->segments());
  if (const auto* match = std::get_if<Match>(&found)) return error_form_of(match->kind);
  const auto* wrong = std::get_if<WrongMethod>(&found);
  return wrong == nullptr ? ErrorForm::kObject : error_form_of(wrong->kind);
}

// How the body is compressed, where it is: nothing here unpacks one.
std::string_view compression_of(const server::Request& request) {
  const auto coding = request.headers.find("content-encoding");
  const bool none = !coding || coding->empty() || *coding == "identity" || request.body().empty();
  return none ? std::string_view() : *coding;
}

}  // namespace

ApiHandler::ApiHandler(reactor::Worker& worker, SnapshotPtr snapshot)
    : streams_place_(worker, snapshot->services.streams),
      signatures_(snapshot->signatures),
      workplace_(worker),
      snapshot_(std::move(snapshot)) {
  workplace_.signatures = signatures_.get();
  if (const auto& redis = snapshot_->services.redis) {
    redis_ = std::make_unique<storage::redis::Client>(worker, *redis);
    limiter_ = std::make_unique<access::RedisLimiter>(worker, *redis_, snapshot_->limits.outage);
  }
  logins_ = std::make_unique<LoginGuard>(limiter_.get());
  if (snapshot_->services.store != nullptr && snapshot_->services.preparer != nullptr) {
    indexer_ = std::make_unique<DocumentIndexer>(workplace_, snapshot_);
  }
}

ApiHandler::~ApiHandler() = default;

void ApiHandler::use(SnapshotPtr snapshot) {
  if (indexer_ != nullptr) indexer_->use(snapshot);
  snapshot_ = std::move(snapshot);
}

void ApiHandler::handle(server::Exchange& exchange) {
  const server::Request& request = exchange.request();
  Context context;
  context.workplace = &workplace_;
  context.redis = redis_.get();
  context.logins = logins_.get();
  context.indexer = indexer_.get();
  context.snapshot = snapshot_;
  context.request_id = request_id_of(request.headers);

  const auto target = http::parse_target(request.target);
  if (!target) {
    return reply_failure(
        exchange, context, plain_failure(400, target.error().message, "invalid_url"));
  }
  if (target->path == "*") {
    if (is_foreign(exchange, context)) return;
    return preflight(exchange, context, "GET, HEAD, POST, OPTIONS");
  }
  const auto path = http::split_path(target->path);
  if (!path) {
    return reply_failure(
        exchange, context, plain_failure(400, path.error().message, "invalid_url"));
  }
  auto found = find_route(request.method, path->segments());
  if (auto* match = std::get_if<Match>(&found)) {
    return admit(exchange, std::move(context), std::move(*match));
  }
  if (const auto* wrong = std::get_if<WrongMethod>(&found)) {
    context.route = wrong->route;
    context.error_form = error_form_of(wrong->kind);
    if (is_foreign(exchange, context)) return;
    if (request.method == "OPTIONS") return preflight(exchange, context, wrong->allow);
    http::HeaderList headers;
    headers.add("allow", wrong->allow);
    return reply_error(exchange,
                       context,
                       plain_failure(405,
                                     "Not allowed to " + request.method + " on " +
                                         std::string(target->path) + " (try " + wrong->allow + ")",
                                     "method_not_allowed"),
                       headers);
  }
  if (is_foreign(exchange, context)) return;
  reply_failure(exchange,
                context,
                plain_failure(404,
                              "Unknown request URL: " + request.method + " " +
                                  std::string(target->path) + ". Please check the URL for typos.",
                              "unknown_url"));
}

void ApiHandler::admit(server::Exchange& exchange, Context context, Match match) {
  context.segments = std::move(match.segments);
  context.route = match.route;
  context.error_form = error_form_of(match.kind);
  const bool asks = snapshot_->authenticator.asks();
  const bool own_rules = match.kind == RouteKind::kOwnRules;
  // Where credentials are wanted it does not matter whose page it is: a foreign one knows no key,
  // and a browser that remembers an account does not add the userid header for it.
  if ((!asks || own_rules) && is_foreign(exchange, context)) return;
  const bool limited = match.kind != RouteKind::kOpen && !own_rules;
  const bool vouched = match.kind == RouteKind::kSigned && file_signature(exchange.request());
  if (limited && !vouched && !identify(exchange, context)) return;
  // What is passed on to a provider as it came, that provider may well understand.
  if (const auto coding = compression_of(exchange.request());
      !coding.empty() && !match.route.starts_with("/providers/")) {
    http::HeaderList headers;
    headers.add("accept-encoding", "identity");
    return reply_error(
        exchange,
        context,
        plain_failure(415,
                      "The body is compressed (Content-Encoding: " + std::string(coding) +
                          "), which is not understood here: send it as it is",
                      "unsupported_encoding"),
        headers);
  }
  if (limited && snapshot_->limits.hold_for(context.route)) {
    return run_within_limits(exchange, std::move(context), match.handler, limiter_.get());
  }
  match.handler(exchange, context);
}

bool ApiHandler::is_foreign(server::Exchange& exchange, const Context& context) {
  const auto why = snapshot_->access.refuse(exchange.request().headers);
  if (why) reply_error(exchange, context, plain_failure(403, *why, "forbidden"));
  return why.has_value();
}

bool ApiHandler::identify(server::Exchange& exchange, Context& context) {
  http::HeaderList& headers = exchange.request().headers;
  const bool tries =
      snapshot_->authenticator.has_credentials() && access::Authenticator::presents(headers);
  if (tries && logins_->refuses(exchange, context)) return false;
  access::Identity who = snapshot_->authenticator.identify(headers);
  if (const auto* denial = std::get_if<access::Denial>(&who)) {
    if (tries && denial->status == 401) logins_->failed(exchange.request(), context);
    chat::Failure failure = plain_failure(denial->status, denial->message, denial->code);
    failure.param = denial->param;
    http::HeaderList more;
    if (!denial->challenge.empty()) more.add("www-authenticate", denial->challenge);
    reply_error(exchange, context, failure, more);
    return false;
  }
  context.principal = std::get<access::Principal>(std::move(who));
  if (snapshot_->authenticator.asks()) {
    // They were for us: no provider gets to see them, whatever its plugin asks for.
    headers.remove("authorization");
    headers.remove("x-api-key");
  }
  return true;
}

void ApiHandler::preflight(server::Exchange& exchange,
                           const Context& context,
                           std::string_view allow) {
  http::HeaderList headers = common_headers(context, exchange.request());
  headers.add("allow", allow);
  if (headers.find("access-control-allow-origin")) {
    // What a page may ask in general; whether the path can be asked that, its answer says.
    headers.add("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
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
  context.logins = logins_.get();
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
  rejection.body = error_form_of(request) == ErrorForm::kText
                       ? dialects::text_error_body(failure)
                       : dialects::openai_chat::error_body(failure);
  return rejection;
}

}  // namespace patchbay::api
