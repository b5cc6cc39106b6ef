#include "core/api/access/admission.hpp"

#include <memory>
#include <string>
#include <utility>

#include "core/access/client_address.hpp"

namespace patchbay::api {
namespace {

using access::Verdict;

void refuse(server::Exchange& exchange, const Context& context, const Verdict& verdict) {
  const std::int64_t seconds = seconds_until(verdict);
  chat::Failure failure;
  failure.category = PBAY_ERR_RATE_LIMIT;
  failure.message = "Too many requests: " + std::to_string(verdict.limit) + " are allowed in " +
                    std::to_string(context.snapshot->limits.rule.window.count() / 1000) +
                    " seconds. Try again in " + std::to_string(seconds) + " s";
  http::HeaderList headers;
  headers.add("retry-after", std::to_string(seconds));
  reply_error(exchange, context, failure, headers);
}

void refuse_uncounted(server::Exchange& exchange, const Context& context) {
  chat::Failure failure;
  failure.category = PBAY_ERR_OVERLOADED;
  failure.code = "rate_limits_unavailable";
  failure.message = "Requests cannot be counted just now, and none passes uncounted; try again";
  failure.retry_after_ms = 1'000;
  reply_error(exchange, context, failure);
}

// `verdict` is an error where nobody could be asked.
void decide(server::Exchange& exchange,
            Context context,
            HandlerFunction handler,
            const Result<Verdict>& verdict) {
  if (!verdict) {
    if (context.snapshot->limits.fail_closed) return refuse_uncounted(exchange, context);
    return handler(exchange, context);
  }
  context.limit = *verdict;
  if (!verdict->allowed) return refuse(exchange, context, *verdict);
  handler(exchange, context);
}

// Holds the place of the handler's own responder until Redis has answered.
class PendingAdmission final : public server::Responder {
 public:
  PendingAdmission(server::Exchange& exchange, Context context, HandlerFunction handler)
      : exchange_(exchange), context_(std::move(context)), handler_(handler) {}

  void start(access::RedisLimiter& limiter) {
    limiter.take(context_.principal.limit_key,
                 context_.snapshot->limits.rule,
                 alive_,
                 [this](const Result<Verdict>& verdict) { go_on(verdict); });
  }

  void on_gone() override { record_gone(exchange_.request(), context_); }

  void on_shutdown() override { reply_error(exchange_, context_, shutting_down()); }

 private:
  void go_on(const Result<Verdict>& verdict) {
    const std::unique_ptr<server::Responder> self = exchange_.detach();  // until the end of this
    decide(exchange_, std::move(context_), handler_, verdict);
  }

  server::Exchange& exchange_;
  Context context_;
  const HandlerFunction handler_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace

void run_within_limits(server::Exchange& exchange,
                       Context context,
                       HandlerFunction handler,
                       access::RedisLimiter* redis) {
  const RateLimits& limits = context.snapshot->limits;
  if (context.principal.limit_key.empty()) {
    const server::Request& request = exchange.request();
    context.principal.limit_key = access::limit_key_of(
        access::client_address(request.peer, request.headers, limits.trusted_proxies));
  }
  if (redis == nullptr) {
    const Verdict verdict =
        limits.memory->take(context.principal.limit_key, limits.rule, Clock::now());
    return decide(exchange, std::move(context), handler, verdict);
  }
  if (redis->away()) {
    return decide(exchange,
                  std::move(context),
                  handler,
                  make_error(ErrorCode::kUnavailable, "Redis does not answer"));
  }
  auto pending = std::make_unique<PendingAdmission>(exchange, std::move(context), handler);
  PendingAdmission& waiting = *pending;
  exchange.attach(std::move(pending));
  waiting.start(*redis);
}

}  // namespace patchbay::api
