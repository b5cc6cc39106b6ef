#include "core/api/reply.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/uuid.hpp"
#include "core/dialects/body_fields.hpp"
#include "core/dialects/openai_chat/error_body.hpp"
#include "core/relay/answer_headers.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::api {
namespace {

constexpr std::size_t kRequestIdMax = 128;
constexpr std::size_t kLoggedPathMax = 256;

bool is_json(std::string_view content_type) {
  return http::starts_with_ignoring_case(content_type, "application/json") ||
         http::starts_with_ignoring_case(content_type, "application/problem+json");
}

// Without the query, which is where some clients put their key.
std::string_view loggable_path(std::string_view target) {
  return target.substr(0, target.find('?')).substr(0, kLoggedPathMax);
}

// In both spellings that clients read. The older one tells a point in time where the newer tells
// how long it is until then.
void add_limit(const access::Verdict& verdict, http::HeaderList& headers) {
  const std::string limit = std::to_string(verdict.limit);
  const std::string remaining = std::to_string(verdict.remaining);
  const std::int64_t seconds = seconds_until(verdict);
  headers.add("ratelimit-limit", limit);
  headers.add("ratelimit-remaining", remaining);
  headers.add("ratelimit-reset", std::to_string(seconds));
  headers.add("x-ratelimit-limit", limit);
  headers.add("x-ratelimit-remaining", remaining);
  headers.add("x-ratelimit-reset", std::to_string(unix_ms() / 1000 + seconds));
}

// A method that anybody made up must not become a series.
std::string_view known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> kKnown{
      "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"};
  return std::find(kKnown.begin(), kKnown.end(), method) != kKnown.end() ? method : "other";
}

}  // namespace

std::string request_id_of(const http::HeaderList& headers) {
  const auto given = headers.find("x-request-id");
  const bool fit = given && !given->empty() && given->size() <= kRequestIdMax &&
                   std::all_of(given->begin(), given->end(), [](char c) {
                     return c > ' ' && c < 0x7F && c != '"' && c != '\\';
                   });
  return fit ? std::string(*given) : "req_" + make_uuid();
}

std::int64_t seconds_until(const access::Verdict& verdict) {
  return std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(verdict.reset).count(), 1);
}

http::HeaderList common_headers(const Context& context, const server::Request& request) {
  http::HeaderList headers;
  headers.add("x-request-id", context.request_id);
  context.snapshot->access.add_cors(request.headers, headers);
  if (context.limit) add_limit(*context.limit, headers);
  return headers;
}

void reply_json(server::Exchange& exchange,
                const Context& context,
                int status,
                std::string_view body,
                const http::HeaderList& more) {
  http::HeaderList headers = common_headers(context, exchange.request());
  headers.add("content-type", "application/json");
  for (const auto& [name, value] : more)
    headers.set(name, value);
  record_request(exchange.request(), context, {.status = status});
  exchange.respond(status, headers, body);
}

namespace {

// The head of an answer that is a failure, which is logged by this.
http::HeaderList refusal_headers(server::Exchange& exchange,
                                 const Context& context,
                                 const chat::Failure& failure,
                                 const http::HeaderList& more,
                                 Logged logged) {
  http::HeaderList headers = common_headers(context, exchange.request());
  for (const auto& [name, value] : more)
    headers.set(name, value);
  if (const std::int64_t wait = chat::clamped_retry_after_ms(failure); wait >= 0) {
    relay::add_retry_after(headers, wait);
  }
  headers.set("content-type", "application/json");
  logged.status = chat::status_of(failure);
  logged.failure = failure.message;
  logged.error = chat::class_of(failure);
  record_request(exchange.request(), context, logged);
  return headers;
}

}  // namespace

// Where the upstream said in JSON what is wrong, its own words are the best there are: they pass as
// they came, since clients know their vendor's errors. A page of HTML, or nothing, helps nobody.
void reply_failure(server::Exchange& exchange,
                   const Context& context,
                   const chat::Failure& failure,
                   const http::HeaderList& more,
                   Logged logged) {
  http::HeaderList headers = refusal_headers(exchange, context, failure, more, std::move(logged));
  const int status = chat::status_of(failure);
  const bool own_words = failure.category != PBAY_ERR_AUTH && !failure.upstream_body.empty() &&
                         is_json(failure.upstream_content_type);
  if (own_words) {
    headers.set("content-type", failure.upstream_content_type);
    return exchange.respond(status, headers, failure.upstream_body);
  }
  exchange.respond(status, headers, dialects::openai_chat::error_body(failure));
}

void reply_error_text(server::Exchange& exchange,
                      const Context& context,
                      const chat::Failure& failure,
                      const http::HeaderList& more,
                      Logged logged) {
  const http::HeaderList headers =
      refusal_headers(exchange, context, failure, more, std::move(logged));
  exchange.respond(chat::status_of(failure), headers, dialects::text_error_body(failure));
}

void reply_error(server::Exchange& exchange,
                 const Context& context,
                 const chat::Failure& failure,
                 const http::HeaderList& more,
                 Logged logged) {
  const bool text = context.error_form == ErrorForm::kText;
  (text ? reply_error_text : reply_failure)(exchange, context, failure, more, std::move(logged));
}

void record_request(const server::Request& request, const Context& context, const Logged& what) {
  telemetry::WorkerMetrics& metrics = context.workplace->worker.metrics();
  metrics.requests.at({context.route, known_method(request.method), std::to_string(what.status)})
      .add();
  if (what.error) metrics.clients.errors[telemetry::index_of(*what.error)].add();

  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - context.began).count();
  // An answer that broke off had begun with a 200.
  const bool broke_off = what.status < 400 && !what.failure.empty();
  log::Line line(what.status >= 500 || broke_off ? log::Level::kWarn : log::Level::kInfo,
                 "request");
  line.text("request_id", context.request_id)
      .text("method", request.method)
      .text("path", loggable_path(request.target))
      .number("status", what.status)
      .number("ms", took)
      .text("peer", request.peer);
  if (!what.provider.empty()) line.text("provider", what.provider);
  if (!what.model.empty()) line.text("model", what.model);
  if (what.first_byte_ms >= 0) line.number("first_byte_ms", what.first_byte_ms);
  if (what.usage.input >= 0) line.number("input_tokens", what.usage.input);
  if (what.usage.output >= 0) line.number("output_tokens", what.usage.output);
  if (!what.failure.empty()) line.text("error", what.failure);
}

void record_gone(const server::Request& request, const Context& context) {
  record_request(request, context, {.status = 499, .error = telemetry::ErrorClass::kClientGone});
}

chat::Failure shutting_down() {
  chat::Failure failure;
  failure.category = PBAY_ERR_OVERLOADED;
  failure.message = "The server is shutting down";
  return failure;
}

}  // namespace patchbay::api
