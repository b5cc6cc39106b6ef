// What every handler needs to answer: the request's context, JSON replies, errors, and the traces
// that each request leaves in the log and in the metrics.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/access/principal.hpp"
#include "core/access/rate_limit.hpp"
#include "core/api/access/login_guard.hpp"
#include "core/api/snapshot.hpp"
#include "core/base/clock.hpp"
#include "core/chat/failure.hpp"
#include "core/chat/usage.hpp"
#include "core/relay/workplace.hpp"
#include "core/server/exchange.hpp"

namespace patchbay::api {

// How the clients of a path read that something failed.
enum class ErrorForm {
  kObject,  // {"error":{"message":...}}
  kText,    // {"error":"..."}
};

class DocumentIndexer;

// One request as handlers see it. Copied into whatever outlives the handler.
struct Context {
  relay::Workplace* workplace = nullptr;  // the worker's; outlives every request
  SnapshotPtr snapshot;
  access::Principal principal;                // who asks
  std::optional<access::Verdict> limit = {};  // how often that may be; nothing where no limit holds
  storage::redis::Client* redis =
      nullptr;                         // the worker's, as the workplace; null without redis.url
  LoginGuard* logins = nullptr;        // the worker's
  DocumentIndexer* indexer = nullptr;  // the worker's; null where nothing is stored
  std::string request_id;
  std::string_view route = "unknown";  // what metrics call the path; a static text
  ErrorForm error_form = ErrorForm::kObject;
  Time began = Clock::now();
  std::vector<std::string> segments;  // of the path behind the route's own, decoded
};

// What belongs into the log and the metrics about an answer beyond the request itself.
struct Logged {
  int status = 0;  // 499: the client left before the end
  std::string provider = {};
  std::string model = {};
  std::string failure = {};
  std::optional<telemetry::ErrorClass> error = {};
  std::int64_t first_byte_ms = -1;
  chat::Usage usage = {};
};

// The client's X-Request-Id if it is fit to be one (1-128 printable characters), else a new one.
std::string request_id_of(const http::HeaderList& headers);

// Whole seconds until one more request is allowed than now, at least one.
std::int64_t seconds_until(const access::Verdict& verdict);

// The headers that every answer carries: x-request-id, CORS where the request asks for it, and
// where a limit holds, how much of it is left.
http::HeaderList common_headers(const Context& context, const server::Request& request);

// A JSON answer; logged.
void reply_json(server::Exchange& exchange,
                const Context& context,
                int status,
                std::string_view body,
                const http::HeaderList& more = {});

// A failure as an error object, with its status and Retry-After; logged, with what `logged` knows
// beyond the status and the message.
void reply_failure(server::Exchange& exchange,
                   const Context& context,
                   const chat::Failure& failure,
                   const http::HeaderList& more = {},
                   Logged logged = {});

// The same for clients that read a text instead of an object: {"error":"..."}, with the list of
// fields beside it where it is a 422 (dialects::text_error_body).
void reply_error_text(server::Exchange& exchange,
                      const Context& context,
                      const chat::Failure& failure,
                      const http::HeaderList& more = {},
                      Logged logged = {});

// Either of the two, as the context says.
void reply_error(server::Exchange& exchange,
                 const Context& context,
                 const chat::Failure& failure,
                 const http::HeaderList& more = {},
                 Logged logged = {});

// Every request's line in the log and its place in the metrics; once for each.
void record_request(const server::Request& request, const Context& context, const Logged& what);

// The same for a client that left before it was answered.
void record_gone(const server::Request& request, const Context& context);

// What is said to whoever still waits when the server stops.
chat::Failure shutting_down();

}  // namespace patchbay::api
